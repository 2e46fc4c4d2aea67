-- The long texts of spans that start in a window, each in its newest form.
select
    trace_id, span_id, field, hash,
    min(cleaned) as oldest, max(cleaned) as newest, argMax(size_bytes, cleaned) as size_bytes, any(time_ns) as time_ns,
    any(received_ns) as received_ns
from long_texts as t -- `t.`: a bare name would mean the aggregate above
where project = {project:String} and t.time_ns >= {from_ns:Int64} and t.time_ns < {to_ns:Int64}
group by trace_id, span_id, field, hash
order by trace_id, span_id, field, hash
