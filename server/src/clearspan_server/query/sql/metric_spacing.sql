-- How far apart the points of these series mostly are. A point that was sent again makes it a little less: no harm.
select quantileExact(0.5)(apart_ns) as apart_ns
from
(
    select intDiv(max(time_ns) - min(time_ns), count() - 1) as apart_ns
    from metrics
    where project = {project:String} and name = {name:String}
        and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
            and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
        and time_ns >= {from_ns:Int64} and time_ns < {to_ns:Int64}
        and series in {series:Array(UInt64)}
    group by series
    having count() > 1
)
