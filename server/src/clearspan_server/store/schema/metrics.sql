-- Metric points as they came, one row a point; the columns follow model/metric.py.
-- A cumulative series sends the same point again and again: the key makes it one row.
create table if not exists metrics
(
    project        LowCardinality(String),
    name           LowCardinality(String),
    series         UInt64, -- a keyed hash of type, unit, resource, scope and attributes
    start_ns       Int64 codec(Delta, ZSTD(1)),
    time_ns        Int64 codec(Delta, ZSTD(1)),
    description    LowCardinality(String),
    unit           LowCardinality(String),
    type           LowCardinality(String), -- gauge, sum, histogram, exponential_histogram, summary
    temporality    LowCardinality(String), -- delta, cumulative, or empty
    monotonic      Bool,
    value          Nullable(Float64),
    count          Nullable(UInt64),
    sum            Nullable(Float64),
    min            Nullable(Float64),
    max            Nullable(Float64),
    bounds         Array(Float64),
    bucket_counts  Array(UInt64),
    detail         String codec(ZSTD(1)), -- JSON: exponential buckets, quantiles, exemplars, numbers that are none
    attributes     Map(LowCardinality(String), String) codec(ZSTD(1)),
    resource       Map(LowCardinality(String), String) codec(ZSTD(1)),
    scope_name     LowCardinality(String),
    scope_version  LowCardinality(String),
    service        LowCardinality(String),
    flags          UInt32,
    received_ns    Int64 codec(Delta, ZSTD(1)),
    sender         LowCardinality(String),
    process        LowCardinality(String),
    truncated      Array(String),
    redactions     Map(LowCardinality(String), UInt32),
    time_minute    DateTime('UTC') materialized toStartOfMinute(fromUnixTimestamp64Nano(time_ns, 'UTC')) codec(Delta, ZSTD(1))
)
engine = ReplacingMergeTree
partition by toYYYYMM(time_minute)
order by (project, name, time_minute, series, time_ns, start_ns)
settings fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, non_replicated_deduplication_window = 1000, index_granularity = 2048
