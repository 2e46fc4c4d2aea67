-- How many spans one trace has, of which only the first are shown.
select count() as spans
from spans final
where project = {project:String} and trace_id = {trace_id:String}
    -- As in trace_spans.
    and start_minute in
    (
        select start_minute from spans where project = {project:String} and trace_id = {trace_id:String}
    )
