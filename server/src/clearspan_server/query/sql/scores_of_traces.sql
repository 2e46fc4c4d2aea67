-- The newest judgement of each name for the traces of a page: of the trace itself where it has one, else of its spans.
select
    trace_id, name,
    argMax(tuple(type, value, substringUTF8(text, 1, 200)), (span_id = '', created_ns, score_id)) as judged
from scores final
where project = {project:String} and trace_id in {trace_ids:Array(String)}
group by trace_id, name
order by max(created_ns) desc
limit 50 by trace_id -- names: a list stays a list, whatever somebody sends
