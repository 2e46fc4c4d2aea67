-- What is known of the series of a project, row by row; its labels and its description may hold what points hold.
select
    *,
    hex(sipHash128(name, series, time_ns, unit, description, mapKeys(labels), mapValues(labels))) as stored_as
from metric_series
where project = {project:String} and time_ns >= {from_ns:Int64} and time_ns < {to_ns:Int64}
