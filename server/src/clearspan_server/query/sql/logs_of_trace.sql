-- How many log records each span of a trace has, and how severe they are; those that name no span are counted under ''.
select span_id, uniqExact(record_id) as logs, max(intDiv(severity + 3, 4)) as level
from logs
where project = {project:String} and trace_id = {trace_id:String}
group by span_id
order by logs desc, span_id
limit {limit:UInt32}
