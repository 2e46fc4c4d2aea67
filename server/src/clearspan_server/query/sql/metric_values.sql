-- The values of a label of a metric, with how many series have them.
select
    labels[{label:String}] as value,
    uniqExact(series) as series
from metric_series
where project = {project:String} and name = {name:String}
    and value != '' and startsWith(lower(value), lower({prefix:String}))
group by value
order by series desc, value
limit {limit:UInt32}
