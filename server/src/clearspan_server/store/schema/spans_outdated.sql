-- The spans of a window that older rules have filled, in the order of their start, without any body.
select trace_id, span_id, start_ns
from spans final
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and normaliser_version < {below:UInt16}
order by start_ns, trace_id, span_id
