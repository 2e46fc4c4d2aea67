-- Traces: one row a trace, added up over its spans.
select
    trace_id, -- 32 hexadecimal digits
    start_minute, -- the minute of the start: rows lie by it, so a condition on it makes a question quick
    fromUnixTimestamp64Nano(start_ns, 'UTC') as start_time, -- UTC, to the nanosecond
    fromUnixTimestamp64Nano(end_ns, 'UTC') as end_time, -- null while it is open
    (end_ns - start_ns) / 1e6 as duration_ms, -- null while it is open
    name, -- of the root
    kind, -- of the root
    status, -- ok, error, cancelled, open, crashed
    state, -- open, ended, stalled, crashed
    error_type, -- the root's, else the first below it
    error_message, -- the root's, else the first below it
    services, -- all that took part
    environment, -- such as production
    release, -- of the application
    user_id, -- whom the work was for
    session_id, -- the conversation
    tags, -- of all its spans
    feature, -- of the application
    providers, -- of its model calls
    models, -- of its model calls
    span_count, -- how many spans
    error_count, -- how many of them failed
    llm_count, -- how many model calls
    tool_count, -- how many tool calls
    input_tokens, -- of counted spans
    output_tokens, -- of counted spans
    total_tokens, -- of counted spans
    total_cost, -- US dollars, of counted spans
    unpriced_count, -- model calls without a price
    sample_weight, -- how many traces this one stands for
    input_preview, -- the beginning of what was asked
    output_preview -- the beginning of what was answered
from traces final
where project = {project:String}
