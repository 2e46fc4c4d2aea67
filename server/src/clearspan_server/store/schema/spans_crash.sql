-- Spans whose process died with them open: what was known stays, the end stays unknown.
insert into spans
select * replace ('crashed' as status, version + 1 as version)
from spans final
where project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
    and status = 'open' and process = {process:String} and span_id not in {living:Array(String)}
settings max_partitions_per_insert_block = 0
