-- The series of a metric that have had a point since the window began and have the labels that are asked for, newest first.
select
    series,
    type,
    unit,
    temporality,
    monotonic,
    arrayMap(label -> labels[label], {by:Array(String)}) as values
from metric_series final
where project = {project:String} and name = {name:String} and time_ns >= {from_ns:Int64}
    and arrayAll((label, value, is_not) -> (labels[label] = value) != (is_not = 1), {labels:Array(String)}, {values:Array(String)}, {negated:Array(UInt8)})
order by time_ns desc, series
limit {limit:UInt32}
