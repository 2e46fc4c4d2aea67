-- The spans of a stretch, as they hold.
select *
from spans final
where project = {project:String}
    and start_minute >= fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC')
    and start_minute < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
    -- Of a minute that is too much for the memory a share.
    and cityHash64(trace_id, span_id) % {shares:UInt32} = {share:UInt32}
order by trace_id, start_ns, span_id
