-- Where a trace stands in its life, and a way to find it by its id alone.
alter table traces
    add column if not exists state LowCardinality(String) default if(end_ns is null, 'open', 'ended') after status,
    add column if not exists processes Array(LowCardinality(String)) after services,
    add column if not exists open_count UInt32 after error_count,
    add column if not exists finished_ns Nullable(Int64) after received_ns,
    add index if not exists trace_id_bloom trace_id type bloom_filter(0.01) granularity 1
