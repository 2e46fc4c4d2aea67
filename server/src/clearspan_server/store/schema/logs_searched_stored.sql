-- The records of an earlier version are indexed by and by, beside everything else; until then they are read whole.
alter table logs
    materialize index body_parts
settings mutations_sync = 0, alter_sync = 0
