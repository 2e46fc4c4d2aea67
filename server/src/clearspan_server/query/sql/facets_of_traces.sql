-- The most frequent values of some fields among traces. They are read once and counted by all of the fields together, of
-- which there are few combinations; the values of each are added up from these. The expressions come first: a filter
-- may ask the columns they are of.
select facet, value, sum(combined) as count
from
(
    select facet, arrayJoin(values) as value, combined
    from
    (
        select [/*arrays*/ [toString(value_0)]] as arrays, count() as combined
        from
        (
            select /*values*/ name as value_0
            from traces final
            where project = {project:String}
                and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
                    and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
                and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
                and /*filter*/ true
        )
        group by /*names*/ value_0
    )
    array join arrays as values, arrayEnumerate(arrays) as facet
)
where value != ''
group by facet, value
order by facet, count desc, value
limit {limit:UInt32} by facet
