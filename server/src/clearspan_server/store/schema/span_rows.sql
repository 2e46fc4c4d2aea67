-- Whole rows of some spans, also where one stands under two sort keys.
select *
from spans final
where project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
    and span_id in {span_ids:Array(String)}
order by version
