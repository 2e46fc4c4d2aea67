-- When the spans of some traces start: of those that began before a moment. Any version of a row will do, for the file
-- says what is in it; and the ids are not looked for in the index, as in traces_before.sql.
select distinct trace_id, start_ns, last_start_ns
from traces
prewhere project = {project:String}
    and start_minute < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
    and trace_id in {trace_ids:Array(String)}
settings use_skip_indexes = 0
