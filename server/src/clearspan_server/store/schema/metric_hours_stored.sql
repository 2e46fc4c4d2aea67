-- What metric_hours_fed.sql does, for the points that were here before it.
insert into metric_hours
select
    project,
    name,
    series,
    start_ns,
    hour,
    latest.1 as time_ns,
    latest.2 as value,
    latest.3 as count,
    latest.4 as sum,
    latest.5 as bounds,
    latest.6 as bucket_counts
from
(
    select
        project,
        name,
        series,
        start_ns,
        toStartOfHour(fromUnixTimestamp64Nano(metrics.time_ns, 'UTC')) as hour,
        argMax(tuple(metrics.time_ns, metrics.value, metrics.count, metrics.sum, metrics.bounds, metrics.bucket_counts), metrics.time_ns) as latest
    from metrics
    where (temporality = 'cumulative' and (monotonic or type != 'sum') or type = 'summary')
        and (metrics.value is not null or metrics.count is not null)
    group by project, name, series, start_ns, hour
)
