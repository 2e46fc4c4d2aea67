-- The minutes of a window in which spans start that older rules have filled, and how many: what a normalisation has
-- before it.
select toUnixTimestamp(start_minute) as minute_s, count() as spans
from spans
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and normaliser_version < {below:UInt16}
group by start_minute
order by start_minute
