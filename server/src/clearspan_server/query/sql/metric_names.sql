-- The metrics of a project by name, each with what its newest series says of it.
select
    name,
    argMax(type, time_ns) as type,
    argMax(unit, time_ns) as unit,
    argMax(temporality, time_ns) as temporality,
    argMax(monotonic, time_ns) as monotonic,
    argMax(description, time_ns) as description,
    max(time_ns) as last_seen_ns,
    uniqExact(series) as series,
    arraySort(groupUniqArrayArray(100)(mapKeys(labels))) as labels
from metric_series
where project = {project:String} and startsWith(lower(name), lower({prefix:String}))
group by name
order by name
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
