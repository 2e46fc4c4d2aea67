-- The parts of the spans of some traces, in the order in which they came.
select project, trace_id, span_id, part, part_id, received_ns, data
from span_parts final
where project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
order by received_ns, part_id
