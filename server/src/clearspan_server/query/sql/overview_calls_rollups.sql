-- What overview_calls.sql tells, from the roll-ups; hours that are cut by the window or not computed yet come from
-- their spans. Quantiles are of a sketch.
with parts as
(
    select
        toUInt8(start_ns >= {from_ns:Int64}) as period,
        intDiv(start_ns + if(period, 0, {shift_ns:Int64}), {step_ns:Int64}) as bucket,
        kind in ('llm', 'embedding') as is_call,
        max(sample_weight != 1) as estimated,
        sumIf(sample_weight, is_call) as calls,
        sumIf(sample_weight, is_call and (ifNull(attempt, 1) > 1 or retry_of != '')) as retries,
        sumIf(sample_weight, is_call and error_class = 'timeout') as timeouts,
        sumIf(sample_weight, is_call and finish_reason = 'refusal') as refusals,
        sumIf(sample_weight, is_call and (finish_reason = 'content_filter' or error_class = 'content_filter')) as filtered,
        sumIf(ifNull(spans.output_tokens, 0) * sample_weight, is_call and end_ns is not null) as generated_tokens,
        sumIf((assumeNotNull(end_ns) - start_ns) * sample_weight, is_call and end_ns is not null and spans.output_tokens is not null) as generating_ns,
        sum(ifNull(spans.input_tokens, 0) * sample_weight) as input_tokens,
        sum(ifNull(spans.cache_read_tokens, 0) * sample_weight) as cache_read_tokens,
        sum(ifNull(spans.cache_write_tokens, 0) * sample_weight) as cache_write_tokens,
        sum(ifNull(spans.output_tokens, 0) * sample_weight) as output_tokens,
        sum(ifNull(spans.reasoning_tokens, 0) * sample_weight) as reasoning_tokens,
        sum(ifNull(toDecimal128(total_cost, 12), 0) * toDecimal128(sample_weight, 6)) as cost,
        sumIf(sample_weight, (spans.input_tokens is not null or spans.output_tokens is not null) and total_cost is null) as unpriced_calls,
        quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(spans.ttft_ns), spans.ttft_ns is not null and is_call) as ttft
    from spans final
    where project = {project:String}
        and start_minute in {raw_minutes:Array(DateTime('UTC'))}
        and start_ns >= {before_ns:Int64} and start_ns < {to_ns:Int64}
        and counted
    group by period, bucket, is_call
    union all
    select
        toUInt8(toUnixTimestamp(hour) * 1000000000 >= {from_ns:Int64}) as period,
        intDiv(toUnixTimestamp(hour) * 1000000000 + if(period, 0, {shift_ns:Int64}), {step_ns:Int64}) as bucket,
        kind in ('llm', 'embedding') as is_call,
        max(rollups.estimated) as estimated,
        sumIf(span_count, is_call) as calls,
        sumIf(retried_count, is_call) as retries,
        sumIf(timed_out_count, is_call) as timeouts,
        sumIf(refused_count, is_call) as refusals,
        sumIf(filtered_count, is_call) as filtered,
        sumIf(rollups.generated_tokens, is_call) as generated_tokens,
        sumIf(rollups.generating_ns, is_call) as generating_ns,
        sum(rollups.input_tokens) as input_tokens,
        sum(rollups.cache_read_tokens) as cache_read_tokens,
        sum(rollups.cache_write_tokens) as cache_write_tokens,
        sum(rollups.output_tokens) as output_tokens,
        sum(rollups.reasoning_tokens) as reasoning_tokens,
        sum(total_cost) as cost,
        sum(unpriced_count) as unpriced_calls,
        quantilesTDigestMergeStateIf(0.5, 0.9, 0.95, 0.99)(ttft_ns, is_call) as ttft
    from rollups
    where project = {project:String}
        and hour >= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC') and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
        and toUnixTimestamp(hour) not in {raw_hours:Array(UInt32)}
        and (hour, generation) in
        (
            select hour, generation
            from rollup_hours final
            where project = {project:String}
                and hour >= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC') and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
        )
        and counted
    group by period, bucket, is_call
)
select
    period,
    bucket,
    toUInt8(grouping(bucket)) as is_total,
    max(parts.estimated) as estimated,
    sum(parts.calls) as calls,
    sum(parts.retries) as retries,
    sum(parts.timeouts) as timeouts,
    sum(parts.refusals) as refusals,
    sum(parts.filtered) as filtered,
    sum(parts.generated_tokens) as generated_tokens,
    sum(parts.generating_ns) as generating_ns,
    sum(parts.input_tokens) as input_tokens,
    sum(parts.cache_read_tokens) as cache_read_tokens,
    sum(parts.cache_write_tokens) as cache_write_tokens,
    sum(parts.output_tokens) as output_tokens,
    sum(parts.reasoning_tokens) as reasoning_tokens,
    sum(parts.cost) as cost,
    sum(parts.unpriced_calls) as unpriced_calls,
    -- A sketch gives no number for the quantile of nothing.
    toUInt8(not isNaN(ttft_four[1])) as timed,
    quantilesTDigestMerge(0.5, 0.9, 0.95, 0.99)(parts.ttft) as ttft_four,
    [ttft_four[1], ttft_four[3]] as ttft_quantiles_ns
from parts
group by grouping sets ((period, bucket), (period))
