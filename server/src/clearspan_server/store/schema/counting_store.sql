-- Store changed decisions: the whole row again, one version on, under the same sort key.
insert into spans
select * replace (not counted as counted, version + 1 as version)
from spans final
where project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
    -- Plain strings: the engine reads an array of tuples in quadratic time.
    and concat(project, ' ', trace_id, ' ', span_id) in {spans:Array(String)}
settings max_partitions_per_insert_block = 0
