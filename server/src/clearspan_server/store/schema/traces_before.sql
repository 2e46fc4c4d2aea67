-- What was known of some traces before they are derived again; old versions, too, of which the reader keeps the newest.
select project, trace_id, start_ns, last_start_ns, state, received_ns, finished_ns, version, is_deleted
from traces
prewhere project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
-- Of two hundred ids one looks, to the bloom filter, as if it were in almost every granule: asking it, and `final`, take
-- five times as long as reading all ids (of 100 000 traces 35 ms instead of 7).
settings use_skip_indexes = 0
