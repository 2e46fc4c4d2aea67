-- The traces of which one span fulfils the filter.
select trace_id
from spans final
where project = {project:String}
    and start_minute >= toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
    -- A trace goes on behind the window in which it began, but its spans began before the last of them came
    -- (an hour more for clocks that are fast). Without this bound all later spans are read.
    and start_minute <=
    (
        select toStartOfMinute(
            fromUnixTimestamp64Nano(max(greatest(received_ns, ifNull(end_ns, 0))), 'UTC') + interval 1 hour
        )
        from traces final
        where project = {project:String}
            and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
                and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
            and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    )
    and /*filter*/ true
