-- The rows of an earlier version have it stored by and by, beside everything else; until then it is computed as it is read.
alter table spans materialize column shown settings mutations_sync = 0, alter_sync = 0
