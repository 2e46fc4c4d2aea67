-- When the spans of some traces start: of those that began before a moment.
select trace_id, start_ns, last_start_ns
from traces final
where project = {project:String}
    and start_minute < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
    and trace_id in {trace_ids:Array(String)}
