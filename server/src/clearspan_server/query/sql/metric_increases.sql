-- The increases of counters by group and step. A cumulative point counts what came since the point before it in the same
-- line of readings (series and start); the first one of a line counts from zero where it says when that was, and one that
-- is below the point before it, whose counter began anew, from zero too. What came before the window is known from the
-- hour that it begins in and from the readings of the hours before that.
with
    points as
    (
        select series, start_ns, time_ns, temporality = 'delta' as is_increase, assumeNotNull(metrics.value) as reading
        from metrics final
        where project = {project:String} and name = {name:String}
            and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({hour_ns:Int64}, 'UTC'))
                and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
            and time_ns >= {hour_ns:Int64} and time_ns < {to_ns:Int64}
            and series in {series:Array(UInt64)}
            and metrics.value is not null
        union all
        select series, start_ns, max(metric_hours.time_ns), false, argMax(assumeNotNull(metric_hours.value), metric_hours.time_ns)
        from metric_hours
        where project = {project:String} and name = {name:String}
            and hour < fromUnixTimestamp64Nano({hour_ns:Int64}, 'UTC')
            and series in {series:Array(UInt64)}
            and metric_hours.value is not null
        group by series, start_ns
    ),
    lines as
    (
        select
            series,
            start_ns,
            time_ns,
            is_increase,
            reading,
            lagInFrame(reading, 1, nan)
                over (partition by series, start_ns order by time_ns rows between 1 preceding and current row) as before
        from points
    ),
    increases as
    (
        select
            series,
            time_ns,
            reading,
            multiIf(
                is_increase, reading,
                isNaN(before), if(start_ns > 0, reading, nan),
                reading < before, reading,
                reading - before
            ) as increase
        from lines
        where time_ns >= {from_ns:Int64}
    )
select
    transform(series, {series:Array(UInt64)}, {groups:Array(UInt32)}, toUInt32(0)) as group,
    intDiv(time_ns, {step_ns:Int64}) as bucket,
    count() as count,
    sum(increase) as sum,
    min(increase) as min,
    max(increase) as max,
    argMax(reading, time_ns) as last,
    quantilesExactInclusiveIf(0.5, 0.9, 0.95, 0.99)(increase, {levels:Bool}) as levels
from increases
where not isNaN(increase)
group by group, bucket
order by group, bucket
settings prefer_column_name_to_alias = 1
