-- The values of a field in those of the window's log records that pass the filter, most frequent first.
select /*value*/ event_name as value, count() as count
from logs
where project = {project:String}
    and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and time_ns >= {from_ns:Int64} and time_ns < {to_ns:Int64}
    and /*filter*/ true
group by value
having value != '' and startsWith(lowerUTF8(value), lowerUTF8({prefix:String}))
order by count desc, value
limit {limit:UInt32}
