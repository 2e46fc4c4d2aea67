-- What a score says beside the judgement, and the experiment that it judges.
alter table scores
    add column if not exists environment LowCardinality(String) after comment,
    add column if not exists metadata String codec(ZSTD(1)) after environment,
    add column if not exists experiment_id String codec(ZSTD(1)) after metadata
