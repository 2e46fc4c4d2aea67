-- Spans that stand under two sort keys: their start moved to another minute. The newest record stays.
select
    project, trace_id, span_id,
    argMax(start_ns, (version, start_ns)) as kept_ns,
    groupArray(start_ns) as starts_ns,
    max(version) as newest
from spans final
where project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
group by project, trace_id, span_id
having count() > 1
