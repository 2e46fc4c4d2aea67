-- Traces by bucket, and over the whole of each period: the window (1) and as long a time before it (0).
select
    toUInt8(start_ns >= {from_ns:Int64}) as period,
    if(period, intDiv(start_ns, {step_ns:Int64}), 0) as bucket,
    toUInt8(grouping(bucket)) as is_total,
    count() as traces,
    countIf(status in ('error', 'crashed')) as errors,
    sum(span_count) as spans,
    -- Open traces have no end: they are counted, but have no latency yet.
    count(end_ns) as timed,
    sum(end_ns - start_ns) as latency_sum_ns,
    -- Exact, so that each figure is one that was measured; at 125 000 traces as fast as a sketch.
    quantilesExact(0.5, 0.95, 0.99)(end_ns - start_ns) as latency_quantiles_ns
from traces final
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {before_ns:Int64} and start_ns < {to_ns:Int64}
group by grouping sets ((period, bucket), (period))
