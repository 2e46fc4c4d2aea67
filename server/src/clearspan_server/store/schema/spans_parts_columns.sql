-- What a span's process is, and which of its fields came beside its finished record.
alter table spans
    add column if not exists process LowCardinality(String) after sender,
    add column if not exists filled Array(LowCardinality(String)) after redactions
