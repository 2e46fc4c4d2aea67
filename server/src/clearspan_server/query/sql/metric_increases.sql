-- The increases of counters by group and step. A cumulative point counts what came since the point before it in the same
-- line of readings (series and start); the first one of a line counts from zero where it says when that was, and one that
-- is below the point before it, whose counter began anew, from zero too. What came before the window is known from the
-- hour that it begins in and from the readings of the hours before that.
with
    steps as
    (
        -- Points lie in the table's order by minute and series, so that those of a line need not be sorted: read in that
        -- order each step gathers its readings as they came. Sorting a million of them by line took twice as long.
        select
            series,
            start_ns,
            if(time_ns < {from_ns:Int64}, {first:Int64} - 1, intDiv(time_ns, {step_ns:Int64})) as bucket,
            groupArray(reading) as readings,
            max(time_ns) as last_ns
        from
        (
            select series, start_ns, time_ns, assumeNotNull(metrics.value) as reading
            from metrics final
            where project = {project:String} and name = {name:String}
                and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({hour_ns:Int64}, 'UTC'))
                    and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
                and time_ns >= {hour_ns:Int64} and time_ns < {to_ns:Int64}
                and series in {series:Array(UInt64)}
                and metrics.value is not null
            order by time_minute, series, time_ns
        )
        group by series, start_ns, bucket
        union all
        select
            series, start_ns, {first:Int64} - 2, [argMax(assumeNotNull(metric_hours.value), metric_hours.time_ns)],
            max(metric_hours.time_ns)
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
            *,
            lagInFrame(readings[-1], 1, if(start_ns > 0, 0, nan))
                over (partition by series, start_ns order by bucket rows between 1 preceding and current row) as before
        from steps
    ),
    increases as
    (
        select
            transform(series, {series:Array(UInt64)}, {groups:Array(UInt32)}, toUInt32(0)) as group,
            bucket,
            last_ns,
            readings[-1] as reading,
            -- Of a series whose points are increases already, each as it is.
            if(
                transform(series, {series:Array(UInt64)}, {deltas:Array(UInt8)}, toUInt8(0)) = 1,
                readings,
                arrayMap(
                    (now, then) -> if(now < then, now, now - then),
                    readings,
                    arrayPopBack(arrayPushFront(readings, before))
                )
            ) as every,
            if(isNaN(every[1]), arrayPopFront(every), every) as each
        from lines
        where bucket >= {first:Int64}
    )
select
    group,
    bucket,
    sum(length(each)) as count,
    sum(arraySum(each)) as sum,
    min(arrayMin(each)) as min,
    max(arrayMax(each)) as max,
    argMax(reading, last_ns) as last,
    quantilesExactInclusiveArrayIf(0.5, 0.9, 0.95, 0.99)(each, {levels:Bool}) as levels
from increases
where notEmpty(each)
group by group, bucket
order by group, bucket
settings
    prefer_column_name_to_alias = 1,
    query_plan_remove_redundant_sorting = 0 -- it is what the readings of a step have their order from
