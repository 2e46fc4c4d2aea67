-- Traces in which usage may be counted twice: a span with usage that has children, or one response id twice.
select project, trace_id
from spans final
where project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
group by project, trace_id
having hasAny(groupArrayIf(span_id, input_tokens is not null or output_tokens is not null), groupArray(parent_id))
    or countIf(response_id != '') > uniqExactIf(response_id, response_id != '')
