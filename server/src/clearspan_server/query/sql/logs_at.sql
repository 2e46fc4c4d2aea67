-- The log records at some places, each with the beginning of its body: of a text the text, of anything else its JSON.
select
    time_ns, record_id, trace_id, span_id, intDiv(severity + 3, 4) as level, severity_text, event_name,
    substringUTF8(if(startsWith(body, '"'), JSONExtractString(concat('[', body, ']'), 1), body), 1, 1000) as message,
    service, environment, scope_name
from logs
prewhere project = {project:String} and time_minute in {minutes:Array(UInt32)} and record_id in {record_ids:Array(UInt64)}
order by time_ns desc, record_id desc
limit 1 by time_ns, record_id
-- One thread reads a page sooner than two have begun, and the key tells more than any other index.
settings max_threads = 1, use_skip_indexes = 0
