-- One row a trace, derived from its spans by jobs/lifecycle.py; every trace list reads only this table.
create table if not exists traces
(
    project           LowCardinality(String),
    trace_id          String codec(ZSTD(1)),
    name              LowCardinality(String),
    kind              LowCardinality(String),
    status            LowCardinality(String),
    start_ns          Int64 codec(Delta, ZSTD(1)),
    end_ns            Nullable(Int64) codec(Delta, ZSTD(1)),
    error_type        LowCardinality(String),
    error_message     String codec(ZSTD(1)),

    services          Array(LowCardinality(String)),
    environment       LowCardinality(String),
    release           LowCardinality(String),
    user_id           String codec(ZSTD(1)),
    session_id        String codec(ZSTD(1)),
    tags              Array(LowCardinality(String)),
    feature           LowCardinality(String),
    providers         Array(LowCardinality(String)),
    models            Array(LowCardinality(String)),

    span_count        UInt32,
    error_count       UInt32,
    llm_count         UInt32,
    tool_count        UInt32,
    input_tokens      Nullable(UInt64),
    output_tokens     Nullable(UInt64),
    total_tokens      Nullable(UInt64),
    total_cost        Nullable(Decimal(38, 12)),
    unpriced_count    UInt32,

    input_preview     String codec(ZSTD(1)),
    output_preview    String codec(ZSTD(1)),

    received_ns       Int64 codec(Delta, ZSTD(1)),
    version           UInt64 codec(Delta, ZSTD(1)),
    is_deleted        UInt8,
    start_minute      DateTime('UTC') materialized toStartOfMinute(fromUnixTimestamp64Nano(start_ns, 'UTC')) codec(Delta, ZSTD(1)),

    index session_id_bloom session_id type bloom_filter(0.01) granularity 1,
    index user_id_bloom    user_id    type bloom_filter(0.01) granularity 1
)
engine = ReplacingMergeTree(version, is_deleted)
partition by toYYYYMM(start_minute)
order by (project, start_minute, trace_id)
settings fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, index_granularity = 512
