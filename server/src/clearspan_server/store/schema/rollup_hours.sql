-- The generation that holds for an hour; written after its rows.
create table if not exists rollup_hours
(
    project    LowCardinality(String),
    hour       DateTime('UTC'),
    generation UInt64
)
engine = ReplacingMergeTree(generation)
order by (project, hour)
settings fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1
