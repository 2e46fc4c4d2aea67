-- The traces at some places, with what traces shows of them; old versions, too, of which the reader keeps the newest.
select
    trace_id, name, kind, status, state, start_ns, end_ns, error_type,
    substringUTF8(error_message, 1, 500) as error_message,
    services, environment, release, user_id, session_id, tags, feature, sample_weight, providers, models,
    span_count, error_count, open_count, llm_count, tool_count,
    input_tokens, output_tokens, total_tokens, total_cost, unpriced_count,
    input_preview, output_preview, received_ns, processes,
    version, is_deleted
from traces
prewhere project = {project:String} and start_minute in {minutes:Array(UInt32)} and trace_id in {trace_ids:Array(String)}
-- One thread reads a page sooner than two have begun, and the key tells more than any other index.
settings max_threads = 1, use_skip_indexes = 0
