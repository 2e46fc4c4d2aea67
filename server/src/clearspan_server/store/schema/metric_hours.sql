-- The last reading that each cumulative series had in an hour: what its first point in a window is an increase of, without
-- looking for it through all the points before. Kept by metric_hours_fed.sql.
create table if not exists metric_hours
(
    project        LowCardinality(String),
    name           LowCardinality(String),
    series         UInt64,
    start_ns       Int64, -- what counts anew begins a line of readings of its own
    hour           DateTime('UTC') codec(Delta, ZSTD(1)),
    time_ns        Int64 codec(Delta, ZSTD(1)),
    value          Nullable(Float64),
    count          Nullable(UInt64),
    sum            Nullable(Float64),
    bounds         Array(Float64),
    bucket_counts  Array(UInt64)
)
engine = ReplacingMergeTree(time_ns)
partition by toYYYYMM(hour)
order by (project, name, series, start_ns, hour)
settings fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, index_granularity = 2048
