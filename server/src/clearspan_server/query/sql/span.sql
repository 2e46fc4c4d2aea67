-- Everything that is known about one span.
select *
from spans final
where project = {project:String} and trace_id = {trace_id:String} and span_id = {span_id:String}
limit 1
