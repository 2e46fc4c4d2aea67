-- The last reading that each line of a cumulative histogram (series and start; anew where its count falls) has in a step,
-- and the one before the window, in the step before the first: what each is an increase of. See metric_increases.sql.
with
    points as
    (
        select
            series, start_ns, time_ns, assumeNotNull(metrics.count) as total, ifNull(metrics.sum, nan) as added, bounds, bucket_counts,
            metrics.min as low, metrics.max as high
        from metrics final
        where project = {project:String} and name = {name:String}
            and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({hour_ns:Int64}, 'UTC'))
                and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
            and time_ns >= {hour_ns:Int64} and time_ns < {to_ns:Int64}
            and series in {series:Array(UInt64)}
            and metrics.count is not null
        union all
        select
            series, start_ns, latest.1, latest.2, latest.3, latest.4, latest.5, null, null
        from
        (
            select
                series,
                start_ns,
                argMax(
                    tuple(metric_hours.time_ns, assumeNotNull(metric_hours.count), ifNull(metric_hours.sum, nan), metric_hours.bounds, metric_hours.bucket_counts),
                    metric_hours.time_ns
                ) as latest
            from metric_hours
            where project = {project:String} and name = {name:String}
                and hour < fromUnixTimestamp64Nano({hour_ns:Int64}, 'UTC')
                and series in {series:Array(UInt64)}
                and metric_hours.count is not null
            group by series, start_ns
        )
    ),
    stepped as
    (
        select
            *,
            row_number() over line = 1 as is_first,
            is_first = 0 and total < lagInFrame(total) over line as is_anew
        from points
        window line as (partition by series, start_ns order by time_ns rows between 1 preceding and current row)
    ),
    lines as
    (
        -- The first reading of a line that does not say since when it counts is nothing but what the next are held against.
        select
            *,
            sum(is_anew) over (partition by series, start_ns order by time_ns) as turn,
            if(time_ns < {from_ns:Int64} or (is_first and start_ns = 0), {first:Int64} - 1, intDiv(time_ns, {step_ns:Int64})) as bucket
        from stepped
    )
select
    transform(series, {series:Array(UInt64)}, {groups:Array(UInt32)}, toUInt32(0)) as group,
    cityHash64(series, start_ns, turn) as line,
    bucket,
    argMax(bounds, time_ns) as bounds,
    argMax(bucket_counts, time_ns) as counts,
    toFloat64(argMax(total, time_ns)) as count,
    argMax(added, time_ns) as sum,
    min(low) as low,
    max(high) as high
from lines
group by series, start_ns, turn, group, line, bucket
order by group, series, start_ns, turn, bucket
settings prefer_column_name_to_alias = 1
