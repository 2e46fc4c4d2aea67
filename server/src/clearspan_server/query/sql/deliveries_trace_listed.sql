-- The trace as lists know it: one row, or none.
select state
from traces final
where project = {project:String} and trace_id = {trace_id:String}
order by version desc
limit 1
