-- What the spans of a trace are, for lists that count traces by it; empty in rows of earlier versions, and the names
-- where there are more than a hundred.
alter table traces
    add column if not exists kinds Array(LowCardinality(String)) after models,
    add column if not exists span_names Array(LowCardinality(String)) after kinds
