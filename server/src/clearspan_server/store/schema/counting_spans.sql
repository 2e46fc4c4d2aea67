-- What the counting rule needs of the spans of a few traces.
select
    project, trace_id, span_id, parent_id, response_id, start_ns, end_ns, input_tokens, output_tokens, counted, call_names,
    if(call_key = '', '', concat(call_key, ' ', ifNull(toString(input_tokens), ''), ' ', ifNull(toString(output_tokens), ''))) as call_key,
    input_tokens is not null or output_tokens is not null as has_usage,
    usage_source = 'estimated' as is_estimated
from spans final
where project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
