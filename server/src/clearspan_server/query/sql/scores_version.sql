-- What changes whenever something is judged of a trace: a judgement makes the newest version newer, and of two
-- states with the same newest one the later has fewer of them.
select count() as count, max(version) as newest
from scores final
where project = {project:String} and trace_id = {trace_id:String}
