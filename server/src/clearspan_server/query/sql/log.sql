-- One log record, whole.
select *, intDiv(severity + 3, 4) as level
from logs
where project = {project:String}
    and time_minute = toStartOfMinute(fromUnixTimestamp64Nano({time_ns:Int64}, 'UTC'))
    and time_ns = {time_ns:Int64} and record_id = {record_id:UInt64}
limit 1
