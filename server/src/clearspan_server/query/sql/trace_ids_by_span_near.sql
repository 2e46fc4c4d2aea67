-- As trace_ids_by_span, for a window of few traces: `final` reads whole minutes, of which a busy project has many spans.
-- None starts before its trace; of each the newest version is looked for here.
select trace_id
from spans
where project = {project:String}
    and start_minute >= toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64}
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
    and is_deleted = 0
    and (start_minute, trace_id, span_id, version) in
    (
        select start_minute, trace_id, span_id, max(version)
        from spans
        where project = {project:String}
            and start_minute >= toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
            and start_ns >= {from_ns:Int64}
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
        group by start_minute, trace_id, span_id
    )
    and /*filter*/ true
