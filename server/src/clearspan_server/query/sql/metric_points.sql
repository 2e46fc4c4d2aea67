-- The points of series by group and step: of gauges, of levels, and of sums whose points are increases already. A point
-- that was sent again is one point (final).
select
    transform(series, {series:Array(UInt64)}, {groups:Array(UInt32)}, toUInt32(0)) as group,
    intDiv(time_ns, {step_ns:Int64}) as bucket,
    count() as count,
    sum(assumeNotNull(value)) as sum,
    min(assumeNotNull(value)) as min,
    max(assumeNotNull(value)) as max,
    argMax(assumeNotNull(value), time_ns) as last,
    quantilesExactInclusiveIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(value), {levels:Bool}) as levels
from metrics final
where project = {project:String} and name = {name:String}
    and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and time_ns >= {from_ns:Int64} and time_ns < {to_ns:Int64}
    and series in {series:Array(UInt64)}
    and metrics.value is not null
group by group, bucket
order by group, bucket
settings prefer_column_name_to_alias = 1
