-- What changes whenever a span of a trace does; as `version` in trace_spans.
select groupBitXor(cityHash64(span_id, version)) as version
from spans final
where project = {project:String} and trace_id = {trace_id:String}
