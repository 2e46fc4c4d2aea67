-- What was known of some traces before they are derived again.
select project, trace_id, start_ns, last_start_ns, state, received_ns, finished_ns, version
from traces final
where project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
