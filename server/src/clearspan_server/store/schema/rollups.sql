-- Sums by hour, computed from `spans final` as often as the hour changes; a generation is one computation.
-- Of an hour only the newest generation holds (`rollup_hours`). Usage and cost are of counted spans.
create table if not exists rollups
(
    project             LowCardinality(String),
    hour                DateTime('UTC') codec(Delta, ZSTD(1)),
    generation          UInt64 codec(Delta, ZSTD(1)),
    service             LowCardinality(String),
    environment         LowCardinality(String),
    kind                LowCardinality(String),
    name                LowCardinality(String),
    provider            LowCardinality(String),
    model               LowCardinality(String),
    feature             LowCardinality(String),
    customer_id         String codec(ZSTD(1)),

    span_count          Float64, -- weighted, as all that follows
    error_count         Float64,
    cancelled_count     Float64,
    estimated           Bool, -- some weight differs from 1
    input_tokens        Float64,
    output_tokens       Float64,
    total_tokens        Float64,
    cache_read_tokens   Float64,
    cache_write_tokens  Float64,
    reasoning_tokens    Float64,
    input_cost          Decimal(38, 12),
    output_cost         Decimal(38, 12),
    total_cost          Decimal(38, 12),
    unpriced_count      Float64,
    duration_ns         AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), Int64),
    ttft_ns             AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), Int64)
)
engine = MergeTree
partition by toYYYYMM(hour)
order by (project, hour, generation)
settings fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1
