-- A page of spans, without their bodies.
select trace_id, span_id, start_ns, input_preview, output_preview, shown
from spans final
where project = {project:String}
    -- The sort key knows minutes: without this line the whole project is read.
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and /*filter*/ true
order by /*order*/ start_ns desc
limit {limit:UInt32}
