-- Which spans carry a provider's response id: finds one call that was recorded in two traces.
create table if not exists responses
(
    project     LowCardinality(String),
    response_id String codec(ZSTD(1)),
    trace_id    String codec(ZSTD(1)),
    span_id     String codec(ZSTD(1)),
    start_ns    Int64 codec(Delta, ZSTD(1))
)
engine = ReplacingMergeTree
order by (project, response_id, trace_id, span_id)
settings fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, index_granularity = 512
