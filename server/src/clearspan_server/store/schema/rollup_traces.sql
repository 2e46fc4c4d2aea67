-- What Overview and Cost ask of traces in long windows, by the hour of their start. Generations are those of `rollups`.
create table if not exists rollup_traces
(
    project             LowCardinality(String),
    dimension           LowCardinality(String), -- '' is all traces, 'latency' and 'tokens' are bins
    hour                DateTime('UTC') codec(Delta, ZSTD(1)),
    generation          UInt64 codec(Delta, ZSTD(1)),
    since               DateTime('UTC') codec(Delta, ZSTD(1)), -- a quarter of the hour for '', else the hour
    low                 Int64, -- of a bin

    estimated           Bool, -- some weight differs from 1
    trace_count         Float64, -- weighted, as all counts and money
    ok_count            Float64,
    error_count         Float64,
    cancelled_count     Float64,
    span_count          Float64,
    total_cost          Decimal(38, 12),
    cost_of_users       Decimal(38, 12),
    cost_of_sessions    Decimal(38, 12),
    duration_sum_ns     Int64, -- of the traces that were kept, as all that follows
    duration_count      UInt32,
    duration_ns         Array(Int64) codec(ZSTD(1)), -- at the ranks that store/ranks.py says
    users               AggregateFunction(uniqExact, String),
    sessions            AggregateFunction(uniqExact, String)
)
engine = MergeTree
partition by toYYYYMM(hour)
order by (project, dimension, hour, generation)
settings
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    index_granularity = 1024
