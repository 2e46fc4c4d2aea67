-- The spans of a stretch, as they hold.
select *
from spans final
where project = {project:String}
    and start_minute >= fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC')
    and start_minute < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
order by trace_id, start_ns, span_id
