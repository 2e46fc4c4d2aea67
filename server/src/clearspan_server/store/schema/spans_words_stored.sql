-- The spans of an earlier version are indexed by and by, beside everything else; until then they are read whole.
alter table spans
    materialize index input_parts,
    materialize index output_parts,
    materialize index error_parts
settings mutations_sync = 0, alter_sync = 0
