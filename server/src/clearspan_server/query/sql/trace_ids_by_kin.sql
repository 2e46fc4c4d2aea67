-- Of the traces that may have spans in the window those of which one span, whenever it was, fulfils the filter.
with kin as
(
    select min(start_ns) as first_ns, max(greatest(received_ns, ifNull(end_ns, 0))) as last_ns
    from traces final
    where project = {project:String}
        and start_minute <= toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
        and received_ns >= {from_ns:Int64} - 3600000000000
)
select trace_id
from spans final
where project = {project:String}
    -- Without these bounds all spans of the project are read; an hour more for clocks that are fast.
    and start_minute >= (select toStartOfMinute(fromUnixTimestamp64Nano(first_ns, 'UTC')) from kin)
    and start_minute <= (select toStartOfMinute(fromUnixTimestamp64Nano(last_ns, 'UTC') + interval 1 hour) from kin)
    and /*filter*/ true
