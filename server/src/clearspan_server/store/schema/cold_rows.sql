-- The records of spans that are in the file of a month, until they have left the engine: by a hash, for a month may have
-- millions. In memory.
create table if not exists cold_rows (record FixedString(16)) engine = Memory
