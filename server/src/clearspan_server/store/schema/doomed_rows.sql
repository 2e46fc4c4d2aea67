-- Rows of other tables that are removed with them, or without any trace: what tells them apart there, as text. Under
-- `name` are the values that name whoever is erased.
create table if not exists doomed_rows (kind LowCardinality(String), id String) engine = Memory
