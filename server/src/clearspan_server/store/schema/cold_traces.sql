-- When the spans of some traces start: of those that began before a moment. Any version of a row will do, for the file
-- says what is in it; and the ids are not looked for in the sort key: measured with 200 of a million, 40 ms instead of 180.
select distinct trace_id, start_ns, last_start_ns
from traces
prewhere project = {project:String}
    and start_minute < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
    and materialize(trace_id) in {trace_ids:Array(String)}
