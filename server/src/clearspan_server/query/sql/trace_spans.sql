-- The spans of one trace in order of start, without their bodies.
select
    trace_id, span_id, parent_id, parent_remote, name, kind, status, start_ns, end_ns, ttft_ns,
    error_type, error_class, error_message, service, environment, user_id, session_id, tags,
    agent_name, provider, operation, request_model, response_model, finish_reason, streamed,
    attempt, retry_of, tool_name, input_tokens, output_tokens, total_tokens,
    cache_read_tokens, reasoning_tokens, total_cost, counted, input_preview, output_preview,
    -- For the totals of the trace.
    release, feature, received_ns, process, sample_weight,
    -- Every change of a span gives it a higher version.
    groupBitXor(cityHash64(span_id, spans.version)) over () as version
from spans final
where project = {project:String} and trace_id = {trace_id:String}
    -- The bloom filter on trace_id finds the minutes, and the sort key the spans. Without this line `final` looks at
    -- every part again that could hold other versions of them: of a million spans 60 ms instead of 20.
    and start_minute in
    (
        select start_minute from spans where project = {project:String} and trace_id = {trace_id:String}
    )
order by start_ns, span_id
limit {limit:UInt32}
