-- Some of the traces that go, the newest, without any text of theirs.
select trace_id, name, start_ns, span_count
from traces final
where project = {project:String} and trace_id in (select trace_id from doomed)
order by start_ns desc
limit 10
