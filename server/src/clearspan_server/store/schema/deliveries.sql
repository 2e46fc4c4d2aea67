-- The ledger: one row a request, written with the batch that stored its records.
create table if not exists deliveries
(
    project        LowCardinality(String),
    seq            UInt64 codec(Delta, ZSTD(1)), -- the journal's, of the request's first entry
    received_ns    Int64 codec(Delta, ZSTD(1)),
    stored_ns      Int64 codec(Delta, ZSTD(1)),
    signal         LowCardinality(String), -- traces, logs, metrics
    protocol       LowCardinality(String), -- http/protobuf, http/json, grpc
    process        LowCardinality(String), -- our SDK's process id, else the connection
    service        LowCardinality(String),
    sender         LowCardinality(String), -- the program that sent it, as it calls itself
    size_bytes     UInt64,
    client_seq     Nullable(UInt64), -- our SDK's own count of requests, spans sent, spans dropped
    client_sent    Nullable(UInt64),
    client_dropped Nullable(UInt64),
    client_ns      Nullable(Int64), -- the sender's newest end of a span: its clock against ours
    received       UInt32,
    accepted       UInt32,
    duplicates     UInt32, -- of the accepted: records that were stored before
    quarantined    UInt32, -- of the accepted: refused by the engine
    rejected       Map(LowCardinality(String), UInt32), -- reason → how many
    received_hour  DateTime('UTC') materialized toStartOfHour(fromUnixTimestamp64Nano(received_ns, 'UTC')) codec(Delta, ZSTD(1))
)
engine = ReplacingMergeTree
partition by toYYYYMM(received_hour)
order by (project, received_hour, seq)
settings fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1, non_replicated_deduplication_window = 1000
