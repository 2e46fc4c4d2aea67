-- What only Overview and Cost asked is in `rollup_spans`.
alter table rollups
    drop column if exists request_model,
    drop column if exists response_model,
    drop column if exists counted,
    drop column if exists last_ns,
    drop column if exists used_count,
    drop column if exists retried_count,
    drop column if exists timed_out_count,
    drop column if exists refused_count,
    drop column if exists filtered_count,
    drop column if exists generated_tokens,
    drop column if exists generating_ns,
    drop column if exists saved_cost,
    drop column if exists unsaved_tokens
