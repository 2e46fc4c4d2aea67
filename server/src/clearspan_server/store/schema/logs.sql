-- Log records as they came, one row a record; the columns follow model/log.py.
create table if not exists logs
(
    project         LowCardinality(String),
    record_id       UInt64, -- a keyed hash of the content: the same record sent twice is one row
    time_ns         Int64 codec(Delta, ZSTD(1)),
    observed_ns     Int64 codec(Delta, ZSTD(1)),
    trace_id        String codec(ZSTD(1)),
    span_id         String codec(ZSTD(1)),
    severity        Int8,
    severity_text   LowCardinality(String),
    event_name      LowCardinality(String),
    body            String codec(ZSTD(1)), -- JSON
    attributes      Map(LowCardinality(String), String) codec(ZSTD(1)),
    resource        Map(LowCardinality(String), String) codec(ZSTD(1)),
    scope_name      LowCardinality(String),
    scope_version   LowCardinality(String),
    service         LowCardinality(String),
    flags           UInt32,
    dropped_attributes UInt32,
    received_ns     Int64 codec(Delta, ZSTD(1)),
    sender          LowCardinality(String),
    process         LowCardinality(String),
    truncated       Array(String),
    redactions      Map(LowCardinality(String), UInt32),
    time_minute     DateTime('UTC') materialized toStartOfMinute(fromUnixTimestamp64Nano(time_ns, 'UTC')) codec(Delta, ZSTD(1)),

    index trace_id_bloom trace_id type bloom_filter(0.01) granularity 1
)
engine = ReplacingMergeTree
partition by toYYYYMM(time_minute)
order by (project, time_minute, record_id)
settings fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, non_replicated_deduplication_window = 1000, index_granularity = 2048
