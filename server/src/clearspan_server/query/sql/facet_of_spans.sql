-- The most frequent values of a field among spans. The expression comes first: a filter may ask the column it is of.
select value, count() as count
from
(
    select /*value*/ name as value
    from spans final
    where project = {project:String}
        and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
            and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
        and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
        and /*filter*/ true
)
where value != ''
group by value
order by count desc, value
limit {limit:UInt32}
