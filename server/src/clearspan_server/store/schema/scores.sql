-- Scores, one row each; the columns follow model/score.py. A later version under the same id replaces the row,
-- so the id alone is the key: a corrected score may name another trace, and a score may come before its trace.
create table if not exists scores
(
    project     LowCardinality(String),
    score_id    String codec(ZSTD(1)),
    trace_id    String codec(ZSTD(1)),
    span_id     String codec(ZSTD(1)),
    session_id  String codec(ZSTD(1)),
    name        LowCardinality(String),
    type        LowCardinality(String), -- numeric, category, boolean, text
    value       Nullable(Float64), -- of numeric and boolean
    text        String codec(ZSTD(1)), -- of category and text
    source      LowCardinality(String), -- api, sdk, ui, evaluator
    author      LowCardinality(String),
    comment     String codec(ZSTD(1)),
    created_ns  Int64 codec(Delta, ZSTD(1)),
    version     UInt64 codec(Delta, ZSTD(1)),
    is_deleted  UInt8,

    -- A page asks for its fifty traces at once, so each may be wrong fifty times.
    index trace_id_bloom   trace_id   type bloom_filter(0.0001) granularity 1,
    index session_id_bloom session_id type bloom_filter(0.0001) granularity 1
)
engine = ReplacingMergeTree(version, is_deleted)
order by (project, score_id)
settings
    fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, non_replicated_deduplication_window = 1000,
    -- Ids lie at random: what a trace has is a few rows, each in a granule of its own and one in every other part.
    index_granularity = 128
