-- The spans of some traces that a process left open.
select project, trace_id, span_id, start_ns
from spans final
where project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
    and status = 'open' and process = {process:String} and not has({living:Array(String)}, span_id)
