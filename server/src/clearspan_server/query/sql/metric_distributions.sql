-- The histograms whose points are increases, added up by group and step where they have the same bounds. A point that was
-- sent again is one point (final).
select
    transform(series, {series:Array(UInt64)}, {groups:Array(UInt32)}, toUInt32(0)) as group,
    intDiv(time_ns, {step_ns:Int64}) as bucket,
    any(metrics.bounds) as bounds,
    sumForEach(bucket_counts) as counts,
    toFloat64(sum(ifNull(metrics.count, 0))) as count,
    sum(ifNull(metrics.sum, nan)) as sum,
    min(metrics.min) as low,
    max(metrics.max) as high
from metrics final
where project = {project:String} and name = {name:String}
    and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and time_ns >= {from_ns:Int64} and time_ns < {to_ns:Int64}
    and series in {series:Array(UInt64)}
    and metrics.count is not null
group by group, bucket, cityHash64(metrics.bounds)
order by group, bucket
settings prefer_column_name_to_alias = 1
