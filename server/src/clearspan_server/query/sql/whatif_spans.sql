-- What of the spans of one trace tells when they ran, what waited for what, and what they cost and would elsewhere.
select
    span_id, parent_id, name, kind, status, start_ns, end_ns, ttft_ns, retry_of, tool_name, counted, total_cost,
    provider, request_model, response_model, service_tier, input_tokens, output_tokens, cache_read_tokens,
    cache_write_tokens, reasoning_tokens, audio_input_tokens, audio_output_tokens, usage_other
from spans final
where project = {project:String} and trace_id = {trace_id:String}
    -- As in trace_spans.
    and start_minute in
    (
        select start_minute from spans where project = {project:String} and trace_id = {trace_id:String}
    )
order by start_ns, span_id
limit {limit:UInt32}
