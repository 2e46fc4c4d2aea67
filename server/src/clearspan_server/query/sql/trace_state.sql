-- Where a trace stands as far as only the server knows: whether the process that has it open fell silent.
select state
from traces final
where project = {project:String} and trace_id = {trace_id:String}
