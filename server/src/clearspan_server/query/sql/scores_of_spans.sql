-- The newest judgement of each name for spans, of a page or of a whole trace.
select
    trace_id, span_id, name,
    argMax(tuple(type, value, substringUTF8(text, 1, 200)), (created_ns, score_id)) as judged
from scores final
where project = {project:String} and trace_id in {trace_ids:Array(String)}
    and span_id != ''
    and (empty({span_ids:Array(String)}) or span_id in {span_ids:Array(String)})
group by trace_id, span_id, name
order by max(created_ns) desc
limit 50 by trace_id, span_id -- names: a list stays a list, whatever somebody sends
limit 100000
