-- The traces of which one span fulfils the filter.
select trace_id
from spans final
where project = {project:String}
    and start_minute >= toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
    -- No span of the traces starts behind this. Without the bound all later spans are read; that old versions are asked,
    -- too, makes it no closer. A row of an earlier version does not tell: there the last that came tells, and an hour
    -- more for clocks that are fast.
    and start_minute <=
    (
        select toStartOfMinute(fromUnixTimestamp64Nano(
            max(if(last_start_ns > 0, last_start_ns, greatest(received_ns, ifNull(end_ns, 0)) + 3600000000000)), 'UTC'
        ))
        from traces
        where project = {project:String}
            and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
                and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
            and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    )
    and /*filter*/ true
