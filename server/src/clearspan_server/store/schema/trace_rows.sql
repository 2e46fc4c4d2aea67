-- Whole rows of the spans of some traces.
select *
from spans final
where project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
