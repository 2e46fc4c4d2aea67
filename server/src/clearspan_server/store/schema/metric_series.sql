-- One row a series of metrics: its labels, of what type it is, and when its newest point was. What lists of names and
-- labels read, and where a question learns which series it is about. Kept by metric_series_fed.sql.
create table if not exists metric_series
(
    project        LowCardinality(String),
    name           LowCardinality(String),
    series         UInt64,
    time_ns        Int64, -- of its newest point
    type           LowCardinality(String),
    temporality    LowCardinality(String),
    monotonic      Bool,
    unit           LowCardinality(String),
    description    String codec(ZSTD(1)),
    -- Its attributes as plain text; `service`; and what else its resource has, behind `resource.`.
    labels         Map(LowCardinality(String), String) codec(ZSTD(1))
)
engine = ReplacingMergeTree(time_ns)
order by (project, name, series)
settings fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, index_granularity = 512
