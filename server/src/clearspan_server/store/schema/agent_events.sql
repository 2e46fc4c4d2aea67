-- The log events of one session of a coding agent, as far as its turns are made of them. The names of events are few, so
-- that attributes are read of hardly any other record.
select
    time_ns, record_id, trace_id, event_name, attributes, resource, scope_name, scope_version, service, environment,
    received_ns, sender, process
from logs
where project = {project:String}
    and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and event_name in {names:Array(String)}
    and attributes[{key:String}] = {session:String}
    -- Codex tells each piece of an answer; only the last one says what it took, or why it broke off.
    and (
        event_name not in ('codex.sse_event', 'codex.websocket_event')
        or attributes['event.kind'] in ('"response.completed"', '"response.failed"', '"response.incomplete"')
        or attributes['event.kind'] in ('', '"unknown"')
            and (attributes['error.message'] != '' or attributes['success'] in ('false', '"false"'))
    )
order by time_ns, record_id
limit 1 by time_ns, record_id
limit {limit:UInt32}
