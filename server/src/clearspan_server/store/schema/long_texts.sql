-- Texts that are too long for the row of their span, whole, in pieces of whole characters. A text that comes again has
-- the same hash and the same pieces.
create table if not exists long_texts
(
    project     LowCardinality(String),
    trace_id    String codec(ZSTD(1)),
    span_id     String codec(ZSTD(1)),
    field       String codec(ZSTD(1)), -- a column of the span, or `attributes.` and a key
    hash        String codec(ZSTD(1)), -- of the whole as it came, and as `truncated` of the span says it
    start       UInt64, -- the byte of the whole with which the piece begins
    size_bytes  UInt64, -- of the whole
    time_ns     Int64, -- when the span starts
    received_ns Int64,
    cleaned     UInt32, -- how many rescans have taken something out of it
    text        String codec(ZSTD(1)),
    after       String codec(ZSTD(1)) -- how it goes on, so that what is looked for is found across the border
)
engine = ReplacingMergeTree
order by (project, trace_id, span_id, field, hash, cleaned, start)
settings fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, non_replicated_deduplication_window = 1000, index_granularity = 4
