-- The traces of which a span holds one of the texts anywhere, in any record, also one that was replaced since.
insert into doomed
select distinct trace_id
from
(
    select trace_id
    from spans
    where project = {project:String}
        and multiSearchAnyCaseInsensitiveUTF8(
            concat(
                trace_id, ' ', name, ' ', links, ' ', error_type, ' ', error_message, ' ', error_stack, ' ',
                service, ' ', service_version, ' ', environment, ' ', release, ' ',
                user_id, ' ', customer_id, ' ', session_id, ' ', turn_id, ' ', run_id, ' ', step_id, ' ', step_parent_id, ' ',
                step_type, ' ', retry_of, ' ', request_id, ' ',
                arrayStringConcat(tags, ' '), ' ', feature, ' ', experiment, ' ', variant, ' ', prompt_name, ' ',
                prompt_version, ' ', agent_name, ' ', provider, ' ', operation, ' ', finish_reason, ' ', service_tier, ' ',
                call_key, ' ', request_model, ' ', response_model, ' ', response_id, ' ',
                parameters, ' ', tool_definitions, ' ', input, ' ', output, ' ', input_preview, ' ', output_preview, ' ',
                retrieval_query, ' ', documents, ' ', tool_name, ' ', tool_call_id, ' ', tool_arguments, ' ',
                tool_result, ' ', attributes_overflow, ' ', events, ' ', scope_name, ' ', scope_version, ' ', process, ' ', sender, ' ',
                arrayStringConcat(truncated, ' '), ' ', arrayStringConcat(mapKeys(usage_other), ' '), ' ',
                arrayStringConcat(mapKeys(mirrored), ' '), ' ',
                arrayStringConcat(mapKeys(attributes), ' '), ' ', arrayStringConcat(mapValues(attributes), ' '), ' ',
                arrayStringConcat(mapKeys(resource), ' '), ' ', arrayStringConcat(mapValues(resource), ' ')
            ),
            {needles:Array(String)})
    union all
    select trace_id
    from span_parts
    where project = {project:String} and multiSearchAnyCaseInsensitiveUTF8(data, {needles:Array(String)})
    union all
    select trace_id
    from long_texts
    where project = {project:String}
        and multiSearchAnyCaseInsensitiveUTF8(concat(field, ' ', text, after), {needles:Array(String)})
)
