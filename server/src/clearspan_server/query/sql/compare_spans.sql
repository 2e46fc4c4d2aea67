-- What of the spans of one trace is compared with those of another: of what they say, hashes. Most texts of two runs are
-- equal or, behind the first difference, do not matter: few are read.
select
    span_id, parent_id, name, kind, status, start_ns, end_ns, retry_of, tool_name, agent_name, counted,
    request_model, response_model, prompt_name, prompt_version, parameters, finish_reason, error_type,
    spans.input_tokens as input_tokens, spans.output_tokens as output_tokens, total_cost,
    cityHash64(spans.input) as input_hash,
    cityHash64(spans.output) as output_hash,
    cityHash64(spans.retrieval_query) as query_hash,
    cityHash64(spans.documents) as documents_hash,
    cityHash64(spans.tool_definitions) as tools_hash,
    cityHash64(spans.tool_arguments) as arguments_hash,
    cityHash64(spans.tool_result) as result_hash
from spans final
where project = {project:String} and trace_id = {trace_id:String}
    -- As in trace_spans.
    and start_minute in
    (
        select start_minute from spans where project = {project:String} and trace_id = {trace_id:String}
    )
order by start_ns, span_id
limit {limit:UInt32}
