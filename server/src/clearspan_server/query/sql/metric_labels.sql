-- The labels that the series of a metric have, with how many values.
select
    pair.1 as label,
    uniqExact(pair.2) as values,
    uniqExact(series) as series
from metric_series
array join labels::Array(Tuple(String, String)) as pair
where project = {project:String} and name = {name:String} and startsWith(lower(pair.1), lower({prefix:String}))
group by label
order by label
limit {limit:UInt32}
