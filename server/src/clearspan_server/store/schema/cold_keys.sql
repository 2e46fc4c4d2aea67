-- Which spans of a stretch are in the engine.
select trace_id, span_id, version
from spans final
where project = {project:String}
    and start_minute >= fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC')
    and start_minute < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
    and cityHash64(trace_id, span_id) % {shares:UInt32} = {share:UInt32}
