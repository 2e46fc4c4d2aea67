-- Rows that a rescan has replaced, by what they were stored as. In memory: only until they are removed.
create table if not exists rescanned (stored_as String) engine = Memory
