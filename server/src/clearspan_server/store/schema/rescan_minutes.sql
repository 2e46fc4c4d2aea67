-- The minutes of a window in which a table has rows, and how many.
select toUnixTimestamp(time_minute) as minute_s, count() as rows
from {table:Identifier}
where project = {project:String}
    and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and time_ns >= {from_ns:Int64} and time_ns < {to_ns:Int64}
group by time_minute
order by time_minute
