-- The spans at some places, with what spans shows of them; old versions, too, of which the reader keeps the newest.
select
    trace_id, span_id, parent_id, name, kind, status, start_ns, end_ns, ttft_ns,
    error_type, error_class, substringUTF8(error_message, 1, 500) as error_message, service, environment, user_id, session_id, tags,
    agent_name, provider, operation, request_model, response_model, finish_reason, streamed,
    attempt, retry_of, tool_name, input_tokens, output_tokens, total_tokens,
    cache_read_tokens, cache_write_tokens, reasoning_tokens, total_cost, counted, sample_weight,
    release, feature, customer_id, prompt_name, prompt_version, input_preview, output_preview,
    version, is_deleted
from spans
prewhere project = {project:String} and start_minute in {minutes:Array(UInt32)} and trace_id in {trace_ids:Array(String)}
    and span_id in {span_ids:Array(String)}
-- One thread reads a page sooner than two have begun, and the key tells more than any other index.
settings max_threads = 1, use_skip_indexes = 0
