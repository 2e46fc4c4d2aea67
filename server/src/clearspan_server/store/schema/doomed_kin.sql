-- Traces that stay and have recorded a model call that one of those that go has recorded, too: which of them counts is
-- decided again.
select distinct trace_id
from responses
where project = {project:String}
    and response_id in (select response_id from responses where project = {project:String} and trace_id in (select trace_id from doomed))
    and trace_id not in (select trace_id from doomed)
