-- What is drawn of the spans of one trace, and what its totals are made of, in order of start.
select
    span_id, parent_id, name, kind, status, start_ns, end_ns, ttft_ns, error_type, error_message, service,
    agent_name, provider, request_model, response_model, attempt, retry_of, tool_name,
    input_tokens, output_tokens, cache_read_tokens, toString(total_cost) as cost_text, counted,
    -- For the totals of the trace.
    parent_remote, environment, user_id, session_id, tags, total_tokens, total_cost, release, feature, received_ns,
    process, sample_weight,
    -- Sorting and handing over the texts of a hundred thousand spans takes as long as all else: of one or two of them
    -- the totals are made, and mostly of the root's.
    if(parent_id = '' or parent_remote, spans.input_preview, '') as input_preview,
    if(parent_id = '' or parent_remote, spans.output_preview, '') as output_preview,
    cast(spans.input_preview != '', 'Bool') as says_input,
    cast(spans.output_preview != '', 'Bool') as says_output
from spans final
where project = {project:String} and trace_id = {trace_id:String}
    -- As in trace_spans.
    and start_minute in
    (
        select start_minute from spans where project = {project:String} and trace_id = {trace_id:String}
    )
order by start_ns, span_id
limit {limit:UInt32}
-- Names, kinds and models are said once each: a fifth of the time is gone.
settings output_format_arrow_low_cardinality_as_dictionary = 1
