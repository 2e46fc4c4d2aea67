-- Where a trace stands in its life, and ways to find it by its id alone and by when something of it came last.
alter table traces
    add column if not exists state LowCardinality(String) default if(end_ns is null, 'open', 'ended') after status,
    add column if not exists processes Array(LowCardinality(String)) after services,
    add column if not exists open_count UInt32 after error_count,
    add column if not exists finished_ns Nullable(Int64) after received_ns,
    add index if not exists trace_id_bloom trace_id type bloom_filter(0.01) granularity 1,
    add index if not exists received_ns_range received_ns type minmax granularity 1
