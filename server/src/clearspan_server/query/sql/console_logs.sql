-- Logs: one row a log record.
select
    time_minute, -- the minute: rows lie by it, so a condition on it makes a question quick
    fromUnixTimestamp64Nano(time_ns, 'UTC') as time, -- UTC, to the nanosecond
    trace_id, -- that it was written in; may be empty
    span_id, -- that it was written in; may be empty
    severity, -- 1 to 24, as OpenTelemetry has it: from 17 on errors
    severity_text, -- as sent
    event_name, -- of an event
    body, -- as JSON
    attributes, -- by key; each value is JSON, so a text has quotes
    resource, -- of the process, by key; each value is JSON
    scope_name, -- the library or logger
    service, -- service.name of the sender
    environment -- such as production
from logs final
where project = {project:String}
