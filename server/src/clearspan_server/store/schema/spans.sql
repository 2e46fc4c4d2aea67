-- One row a span; the columns follow model/span.py, and a test compares them both ways.
create table if not exists spans
(
    project              LowCardinality(String),
    trace_id             String codec(ZSTD(1)),
    span_id              String codec(ZSTD(1)),
    parent_id            String codec(ZSTD(1)),
    parent_remote        Bool,
    links                String codec(ZSTD(1)),

    start_ns             Int64 codec(Delta, ZSTD(1)),
    end_ns               Nullable(Int64) codec(Delta, ZSTD(1)),

    name                 LowCardinality(String),
    kind                 LowCardinality(String),
    status               LowCardinality(String),
    error_type           LowCardinality(String),
    error_class          LowCardinality(String),
    error_message        String codec(ZSTD(1)),
    error_stack          String codec(ZSTD(1)),

    service              LowCardinality(String),
    service_version      LowCardinality(String),
    environment          LowCardinality(String),
    release              LowCardinality(String),
    user_id              String codec(ZSTD(1)),
    customer_id          String codec(ZSTD(1)),
    session_id           String codec(ZSTD(1)),
    turn_id              String codec(ZSTD(1)),
    run_id               String codec(ZSTD(1)),
    step_id              String codec(ZSTD(1)),
    step_parent_id       String codec(ZSTD(1)),
    step_index           Nullable(UInt32),
    step_type            LowCardinality(String),
    attempt              Nullable(UInt16),
    retry_of             String codec(ZSTD(1)),
    request_id           String codec(ZSTD(1)),
    tags                 Array(LowCardinality(String)),
    feature              LowCardinality(String),
    experiment           LowCardinality(String),
    variant              LowCardinality(String),
    prompt_name          LowCardinality(String),
    prompt_version       LowCardinality(String),
    agent_name           LowCardinality(String),

    provider             LowCardinality(String),
    operation            LowCardinality(String),
    request_model        LowCardinality(String),
    response_model       LowCardinality(String),
    response_id          String codec(ZSTD(1)),
    parameters           String codec(ZSTD(1)),
    tool_definitions     String codec(ZSTD(1)),
    finish_reason        LowCardinality(String),
    streamed             Nullable(Bool),
    ttft_ns              Nullable(Int64),

    input_tokens         Nullable(UInt64),
    output_tokens        Nullable(UInt64),
    total_tokens         Nullable(UInt64),
    cache_read_tokens    Nullable(UInt64),
    cache_write_tokens   Nullable(UInt64),
    reasoning_tokens     Nullable(UInt64),
    audio_input_tokens   Nullable(UInt64),
    audio_output_tokens  Nullable(UInt64),
    usage_other          Map(LowCardinality(String), UInt64),
    usage_source         LowCardinality(String),
    service_tier         LowCardinality(String),
    call_key             LowCardinality(String),

    input_cost           Nullable(Decimal(18, 12)),
    output_cost          Nullable(Decimal(18, 12)),
    total_cost           Nullable(Decimal(18, 12)),
    cost_by_class        Map(LowCardinality(String), Decimal(18, 12)),
    price_version        LowCardinality(String),
    reported_cost        Nullable(Decimal(18, 12)),

    input                String codec(ZSTD(1)),
    output               String codec(ZSTD(1)),
    input_preview        String codec(ZSTD(1)),
    output_preview       String codec(ZSTD(1)),
    retrieval_query      String codec(ZSTD(1)),
    documents            String codec(ZSTD(1)),
    tool_name            LowCardinality(String),
    tool_call_id         String codec(ZSTD(1)),
    tool_arguments       String codec(ZSTD(1)),
    tool_result          String codec(ZSTD(1)),

    attributes           Map(LowCardinality(String), String) codec(ZSTD(1)),
    attributes_number    Map(LowCardinality(String), Float64) codec(ZSTD(1)),
    attributes_overflow  String codec(ZSTD(1)),
    mirrored             Map(LowCardinality(String), LowCardinality(String)),
    resource             Map(LowCardinality(String), String) codec(ZSTD(1)),
    scope_name           LowCardinality(String),
    scope_version        LowCardinality(String),
    events               String codec(ZSTD(1)),

    dialect              LowCardinality(String),
    normaliser_version   UInt16,
    received_ns          Int64 codec(Delta, ZSTD(1)),
    sender               LowCardinality(String),
    process              LowCardinality(String),
    sample_weight        Float64,
    truncated            Array(String),
    redactions           Map(LowCardinality(String), UInt32),
    filled               Array(LowCardinality(String)),
    counted              Bool,
    version              UInt64 codec(Delta, ZSTD(1)),
    is_deleted           UInt8, -- the engine wants a number here; Arrow booleans are cast

    -- Derived: the sort key's minute, so that a project's newest spans lie together.
    start_minute         DateTime('UTC') materialized toStartOfMinute(fromUnixTimestamp64Nano(start_ns, 'UTC')) codec(Delta, ZSTD(1)),

    index trace_id_bloom    trace_id    type bloom_filter(0.01) granularity 1,
    index session_id_bloom  session_id  type bloom_filter(0.01) granularity 1,
    index user_id_bloom     user_id     type bloom_filter(0.01) granularity 1,
    index response_id_bloom response_id type bloom_filter(0.01) granularity 1,
    -- JSON escapes a line break as \n, which would glue an n to the next word: it becomes a space first.
    -- query/filter.py spells the same expressions, else the index is not used.
    index input_words  lowerUTF8(replaceAll(replaceAll(input, '\\n', ' '), '\\t', ' '))  type text(tokenizer = 'unicodeWord'),
    index output_words lowerUTF8(replaceAll(replaceAll(output, '\\n', ' '), '\\t', ' ')) type text(tokenizer = 'unicodeWord'),
    index error_words  lowerUTF8(error_message) type text(tokenizer = 'unicodeWord')
)
engine = ReplacingMergeTree(version, is_deleted)
partition by toYYYYMM(start_minute)
order by (project, start_minute, trace_id, span_id)
settings
    -- What the writer was told is stored must survive a power cut; measured: no slowdown.
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_compressed_bytes_to_fsync_after_merge = 1,
    -- A batch that recovery replays carries the same token and is dropped by the engine.
    non_replicated_deduplication_window = 1000,
    -- A batch goes into one file instead of some three hundred, and parts are merged ten at a time: measured with
    -- batches of 8 000 spans, inserting and merging took 62 µs of processor a span instead of 80 on the reference
    -- load, 82 instead of 132 on the realistic one, with queries as fast as before.
    min_bytes_for_wide_part = 134217728,
    merge_selector_base = 10,
    -- A page reads a few rows of forty columns, and of each of them everything up to the next mark: measured at a million
    -- spans, one trace took 36 ms instead of 48, the newest page 20 instead of 30, a week by its costs 315 instead of
    -- 420; on disk it is 4 % more.
    index_granularity = 512
