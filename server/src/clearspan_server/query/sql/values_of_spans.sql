-- The values of a field in those of the window's spans that pass the filter, most frequent first.
select /*value*/ name as value, count() as count
from spans final
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and /*filter*/ true
group by value
having value != '' and startsWith(lowerUTF8(value), lowerUTF8({prefix:String}))
order by count desc, value
limit {limit:UInt32}
