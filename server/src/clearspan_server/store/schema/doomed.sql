-- The traces of one project that are being removed. In memory: of what is erased no list may stay on disk, and the text
-- of a mutation, which stays, names this table instead of ids.
create table if not exists doomed (trace_id String) engine = Memory
