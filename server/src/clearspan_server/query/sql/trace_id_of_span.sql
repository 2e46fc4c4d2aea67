-- The trace of the newest span of an id. No index knows span ids: all of the project's are read.
select trace_id
from spans final
where project = {project:String} and span_id = {span_id:String}
order by start_ns desc
limit 1
