-- The parts of which every record is in the file of a month.
select _part as part
from {table:Identifier}
where toYYYYMM(start_minute) = {month:UInt32}
group by part
having count() = countIf(project = {project:String} and sipHash128(trace_id, span_id, version) in (select record from cold_rows))
