-- What is drawn of the spans of one trace, and what its totals are made of, in order of start.
select
    span_id, parent_id, name, kind, status, start_ns, end_ns, ttft_ns, error_type, error_message, service,
    agent_name, provider, request_model, response_model, attempt, retry_of, tool_name,
    input_tokens, output_tokens, cache_read_tokens, toString(total_cost) as cost_text, counted,
    -- For the totals of the trace.
    trace_id, parent_remote, environment, user_id, session_id, tags, total_tokens, total_cost, input_preview,
    output_preview, release, feature, received_ns, process, sample_weight
from spans final
where project = {project:String} and trace_id = {trace_id:String}
    -- As in trace_spans.
    and start_minute in
    (
        select start_minute from spans where project = {project:String} and trace_id = {trace_id:String}
    )
order by start_ns, span_id
limit {limit:UInt32}
