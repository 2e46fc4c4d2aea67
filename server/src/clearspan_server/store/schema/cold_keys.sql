-- Which spans of a month are in the engine.
select trace_id, span_id, version
from spans final
where project = {project:String} and toYYYYMM(start_minute) = {month:UInt32}
