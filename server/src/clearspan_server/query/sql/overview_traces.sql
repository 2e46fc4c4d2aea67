-- Traces by bucket, and over the whole of each period: the window (1) and as long a time before it (0), whose buckets
-- are moved into those of the window.
select
    toUInt8(start_ns >= {from_ns:Int64}) as period,
    intDiv(start_ns + if(period, 0, {shift_ns:Int64}), {step_ns:Int64}) as bucket,
    toUInt8(grouping(bucket)) as is_total,
    sum(sample_weight) as traces,
    sumIf(sample_weight, status in ('error', 'crashed')) as errors,
    sumIf(sample_weight, status = 'cancelled') as cancelled,
    sum(span_count * sample_weight) as spans,
    max(sample_weight != 1) as estimated,
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
    and /*filter*/ true
group by grouping sets ((period, bucket), (period))
