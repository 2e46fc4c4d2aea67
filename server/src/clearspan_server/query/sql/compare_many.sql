-- When the spans of several traces ran and what they cost, to find what is usual of them.
select
    trace_id, span_id, parent_id, name, kind, status, start_ns, end_ns, retry_of, tool_name, counted,
    input_tokens, output_tokens, total_cost
from spans final
where project = {project:String} and trace_id in {trace_ids:Array(String)}
    -- As in trace_spans.
    and start_minute in
    (
        select start_minute from spans where project = {project:String} and trace_id in {trace_ids:Array(String)}
    )
order by trace_id, start_ns, span_id
limit {limit:UInt32}
