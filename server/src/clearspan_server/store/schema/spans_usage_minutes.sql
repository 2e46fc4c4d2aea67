-- The minutes of a window in which spans with usage start, and how many: what a re-pricing has before it.
select toUnixTimestamp(start_minute) as minute_s, count() as spans
from spans
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and (input_tokens is not null or output_tokens is not null)
group by start_minute
order by start_minute
