-- What the spans of a trace are, for lists that count traces by it; empty in rows of earlier versions, and the names
-- where there are more than a hundred. And when the last of them starts, so that nobody looks for them behind that.
alter table traces
    add column if not exists kinds Array(LowCardinality(String)) after models,
    add column if not exists span_names Array(LowCardinality(String)) after kinds,
    add column if not exists last_start_ns Int64 after end_ns
