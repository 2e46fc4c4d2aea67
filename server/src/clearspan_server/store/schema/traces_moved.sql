-- Tombstones for rows whose trace now begins in another minute: the minute is part of the sort key,
-- and without them the engine would keep both rows for ever.
insert into traces (project, trace_id, start_ns, version, is_deleted)
select old.project, old.trace_id, old.start_ns, {version:UInt64}, 1
from
(
    select project, trace_id, start_ns
    from traces final
    where project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
) as old
inner join
(
    select project, trace_id, min(start_ns) as start_ns
    from spans final
    where project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
    group by project, trace_id
) as new on old.project = new.project and old.trace_id = new.trace_id
where intDiv(old.start_ns, 60000000000) != intDiv(new.start_ns, 60000000000)
settings max_partitions_per_insert_block = 0
