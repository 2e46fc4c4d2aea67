-- The parts of a table of which every row goes.
select _part as part
from {table:Identifier}
group by part
having count() = countIf(project = {project:String} and trace_id in (select trace_id from doomed))
