-- Everything that is known about some spans, in order of start.
select *
from spans final
where project = {project:String} and trace_id in {trace_ids:Array(String)} and span_id in {span_ids:Array(String)}
    -- As in trace_spans.sql: the bloom filter finds the minutes, and the sort key the spans.
    and start_minute in
    (
        select start_minute from spans where project = {project:String} and trace_id in {trace_ids:Array(String)}
    )
order by start_ns, span_id
