-- Whose log records fulfil the filter; of a trace that starts in the window none is earlier, but for clocks that differ.
select /*ids*/ trace_id
from logs
where project = {project:String}
    and time_minute >= toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC')) - interval 1 hour
    and trace_id != ''
    and /*filter*/ true
