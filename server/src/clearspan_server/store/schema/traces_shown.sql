-- What a list shows of a trace, but for ids, start and previews, as one JSON array in the order of store/shown.py: to plan and open
-- each column of a page takes longer than to read it, most where rows lie far apart. Of a message the beginning; costs are
-- text, as JSON knows no decimals.
alter table traces
    add column if not exists shown String materialized toJSONString(tuple(
        name, kind, status, state, end_ns, error_type, substringUTF8(error_message, 1, 500),
        services, environment, release, user_id, session_id, tags, feature, sample_weight, providers, models,
        span_count, error_count, open_count, llm_count, tool_count,
        input_tokens, output_tokens, total_tokens, toString(total_cost), unpriced_count,
        received_ns, processes
    )) codec(ZSTD(1))
