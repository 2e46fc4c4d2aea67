-- What came of a trace's spans beside finished records, by kind.
select part, count() as parts
from span_parts final
where project = {project:String} and trace_id = {trace_id:String}
group by part
order by part
