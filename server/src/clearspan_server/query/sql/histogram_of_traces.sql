-- How many traces start in each step of the window, and how many of them failed.
select
    intDiv(start_ns - {from_ns:Int64}, {step_ns:Int64}) as bucket,
    count() as count,
    countIf(status in ('error', 'crashed')) as errors
from traces final
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and /*filter*/ true
group by bucket
