-- The traces that may have spans in the window, and fulfil the filter.
select trace_id
from traces final
where project = {project:String}
    and start_minute <= toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    -- Something of them came after the window began (an hour more for clocks that are fast).
    and received_ns >= {from_ns:Int64} - 3600000000000
    and /*filter*/ true
