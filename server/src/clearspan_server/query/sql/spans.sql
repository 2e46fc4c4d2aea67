-- A page of spans, without their bodies.
select
    trace_id, span_id, parent_id, name, kind, status, start_ns, end_ns, ttft_ns,
    error_type, error_class,
    substringUTF8(error_message, 1, 500) as error_message, -- a row shows its beginning; a stack may have come as one
    service, environment, user_id, session_id, tags,
    agent_name, provider, operation, request_model, response_model, finish_reason, streamed,
    attempt, retry_of, tool_name, input_tokens, output_tokens, total_tokens,
    cache_read_tokens, cache_write_tokens, reasoning_tokens, total_cost, counted, sample_weight,
    release, feature, customer_id, prompt_name, prompt_version, input_preview, output_preview
from spans final
where project = {project:String}
    -- The sort key knows minutes: without this line the whole project is read.
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and /*filter*/ true
order by /*order*/ start_ns desc
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1 -- a filter asks the whole message
