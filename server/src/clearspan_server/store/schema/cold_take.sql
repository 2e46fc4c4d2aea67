-- The records of a stretch that are there now: what comes later is no part of them, and stays. Nor is one that says that
-- its span is gone: were the removal interrupted, the span would be back.
insert into cold_rows
select sipHash128(trace_id, span_id, version)
from spans
where project = {project:String}
    and start_minute >= fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC')
    and start_minute < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
    and cityHash64(trace_id, span_id) % {shares:UInt32} = {share:UInt32}
    and is_deleted = 0
