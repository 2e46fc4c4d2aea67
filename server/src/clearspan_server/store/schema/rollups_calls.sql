-- What Overview and Cost ask of long windows. An hour that was computed before has layout 0 and is computed again.
alter table rollups
    add column if not exists request_model LowCardinality(String) after model,
    add column if not exists response_model LowCardinality(String) after request_model,
    add column if not exists counted Bool default true after customer_id,
    add column if not exists last_ns Int64 codec(Delta, ZSTD(1)) after estimated,
    add column if not exists used_count Float64 after unpriced_count,
    add column if not exists retried_count Float64 after used_count,
    add column if not exists timed_out_count Float64 after retried_count,
    add column if not exists refused_count Float64 after timed_out_count,
    add column if not exists filtered_count Float64 after refused_count,
    add column if not exists generated_tokens Float64 after filtered_count,
    add column if not exists generating_ns Float64 after generated_tokens,
    add column if not exists saved_cost Float64 after generating_ns,
    add column if not exists unsaved_tokens Float64 after saved_cost
