-- What came of a span beside its finished record: that it is open, an update, log events with its messages.
-- jobs/ folds them into the row in `spans`; they stay, so that a record that comes again changes nothing.
create table if not exists span_parts
(
    project        LowCardinality(String),
    trace_id       String codec(ZSTD(1)),
    span_id        String codec(ZSTD(1)),
    part           LowCardinality(String), -- open, update, log
    part_id        UInt64, -- a hash of the content: the same part sent twice is one row
    received_ns    Int64 codec(Delta, ZSTD(1)),
    schema_version UInt16,
    data           String codec(ZSTD(1)), -- JSON of the fields that it speaks of (store/parts.py)

    -- Of a part that came twice the first receipt stays, so that sending it again does not reorder updates.
    precedence     UInt64 materialized toUInt64(-received_ns),

    index trace_id_bloom trace_id type bloom_filter(0.01) granularity 1
)
engine = ReplacingMergeTree(precedence)
order by (project, trace_id, span_id, part, part_id)
settings fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, non_replicated_deduplication_window = 1000, index_granularity = 256
