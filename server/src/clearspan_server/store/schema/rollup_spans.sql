-- What Overview and Cost ask of counted spans in long windows: sums by the hour and by one dimension at a time, so that
-- an answer reads a few rows an hour. Generations are those of `rollups`.
create table if not exists rollup_spans
(
    project             LowCardinality(String),
    -- '' is all spans, 'answer' the calls by who was asked for what and who answered; every other one, of what Cost
    -- tells apart, is of spans with usage.
    dimension           LowCardinality(String),
    hour                DateTime('UTC') codec(Delta, ZSTD(1)),
    generation          UInt64 codec(Delta, ZSTD(1)),
    since               DateTime('UTC') codec(Delta, ZSTD(1)), -- a quarter of the hour for '', else the hour
    value               String codec(ZSTD(1)), -- parts of it with char(31) between them

    estimated           Bool, -- some weight differs from 1
    last_ns             Int64 codec(Delta, ZSTD(1)),
    span_count          Float64, -- weighted, as all that follows
    call_count          Float64,
    error_count         Float64,
    retried_count       Float64,
    timed_out_count     Float64,
    refused_count       Float64,
    filtered_count      Float64,
    generated_tokens    Float64,
    generating_ns       Float64,
    input_tokens        Float64,
    cache_read_tokens   Float64,
    cache_write_tokens  Float64,
    output_tokens       Float64,
    reasoning_tokens    Float64,
    total_cost          Decimal(38, 12),
    unpriced_count      Float64,
    saved_cost          Float64,
    unsaved_tokens      Float64,
    -- Of '', and of 'answer': how many spans it is of, and their values at the ranks that store/ranks.py says.
    ttft_count          UInt32,
    ttft_ns             Array(Int64) codec(ZSTD(1)),
    duration_count      UInt32,
    duration_ns         Array(Int64) codec(ZSTD(1))
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
