-- What overview_traces.sql tells, in parts that query/overview.py adds up: roll-ups, and for hours that are cut by the
-- window or not computed yet sums of their traces.
with
    -- Of numbers their values at ranks, as store/ranks.py says.
    arraySort(groupArrayIf(assumeNotNull(end_ns) - start_ns, end_ns is not null)) as latencies_ns
select
    toUInt8(start_ns >= {from_ns:Int64}) as period,
    intDiv(start_ns + if(period, 0, {shift_ns:Int64}), {step_ns:Int64}) as bucket,
    roundDown(ifNull(end_ns - start_ns, 0), {latency_bounds:Array(Int64)}) as latency_low,
    roundDown(toInt64(ifNull(total_tokens, 0)), {token_bounds:Array(Int64)}) as token_low,
    multiIf(not grouping(latency_low), 'latency', not grouping(token_low), 'tokens', '') as dimension,
    max(sample_weight != 1) as estimated,
    multiIf(
        dimension = 'latency', sumIf(sample_weight, end_ns is not null),
        dimension = 'tokens', sumIf(sample_weight, total_tokens is not null),
        sum(sample_weight)
    ) as traces,
    sumIf(sample_weight, status in ('error', 'crashed')) as errors,
    sumIf(sample_weight, status = 'cancelled') as cancelled,
    sum(span_count * sample_weight) as spans,
    sum(ifNull(end_ns - start_ns, 0)) as latency_sum_ns,
    toUInt32(length(latencies_ns)) as latency_count,
    arrayMap(rank -> latencies_ns[toUInt32(floor(rank * latency_count)) + 1], if(latency_count = 0, [], {ranks:Array(Float64)})) as latency_ns
from traces final
where project = {project:String}
    and start_minute in {raw_minutes:Array(DateTime('UTC'))}
    and start_ns >= {before_ns:Int64} and start_ns < {to_ns:Int64}
group by grouping sets ((period, bucket), (period, latency_low), (period, token_low))
union all
select
    toUInt8(toUnixTimestamp(since) * 1000000000 >= {from_ns:Int64}) as period,
    intDiv(toUnixTimestamp(since) * 1000000000 + if(period, 0, {shift_ns:Int64}), {step_ns:Int64}) as bucket,
    low,
    low,
    toString(dimension) as dimension,
    toUInt8(estimated) as estimated,
    trace_count,
    error_count,
    cancelled_count,
    span_count,
    duration_sum_ns,
    duration_count,
    duration_ns
from rollup_traces
where project = {project:String}
    and (dimension = '' or hour >= fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
    and hour >= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC') and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
    and toUnixTimestamp(hour) not in {raw_hours:Array(UInt32)}
    and (hour, generation) in
    (
        select hour, generation
        from rollup_hours final
        where project = {project:String}
            and hour >= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC') and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
    )
settings max_threads = {threads:UInt64}
