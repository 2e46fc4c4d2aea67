-- Spans whose process died with them open: what was known stays, the end stays unknown.
insert into spans
select * replace ('crashed' as status, version + 1 as version)
from spans as stored final
where project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
    -- The stored status: the bare name is the new one here.
    and stored.status = 'open' and process = {process:String} and not has({living:Array(String)}, span_id)
settings max_partitions_per_insert_block = 0
