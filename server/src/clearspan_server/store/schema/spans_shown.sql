-- What a list shows of a span, but for ids, start and previews, as one JSON array in the order of store/shown.py: to plan and open
-- each column of a page takes longer than to read it, most where rows lie far apart. Of a message the beginning; costs are
-- text, as JSON knows no decimals.
alter table spans
    add column if not exists shown String materialized toJSONString(tuple(
        parent_id, name, kind, status, end_ns, ttft_ns,
        error_type, error_class, substringUTF8(error_message, 1, 500), service, environment, user_id, session_id, tags,
        agent_name, provider, operation, request_model, response_model, finish_reason, streamed,
        attempt, retry_of, tool_name, input_tokens, output_tokens, total_tokens,
        cache_read_tokens, cache_write_tokens, reasoning_tokens, toString(total_cost), counted, sample_weight,
        release, feature, customer_id, prompt_name, prompt_version
    )) codec(ZSTD(1))
