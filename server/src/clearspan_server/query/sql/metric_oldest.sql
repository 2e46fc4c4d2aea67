-- When the first point of a metric was.
select min(time_ns) as oldest_ns
from metrics
where project = {project:String} and name = {name:String}
