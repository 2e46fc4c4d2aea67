-- The most frequent values of a field among the spans of traces: how many of the traces have a span with it.
select value, uniqExact(trace_id) as count
from
(
    select trace_id, /*value*/ name as value
    from spans final
    where project = {project:String}
        and start_minute >= toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        -- As in trace_ids_by_span: a trace goes on behind the window.
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
        and trace_id in
        (
            select trace_id
            from traces final
            where project = {project:String}
                and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
                    and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
                and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
                and /*filter*/ true
        )
)
where value != ''
group by value
order by count desc, value
limit {limit:UInt32}
