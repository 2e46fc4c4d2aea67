-- Model calls, tokens and cost by bucket, and over the whole of each period, from every counted span: the window (1)
-- and as long a time before it (0), whose buckets are moved into those of the window.
with kind in ('llm', 'embedding') as is_call
select
    toUInt8(start_ns >= {from_ns:Int64}) as period,
    intDiv(start_ns + if(period, 0, {shift_ns:Int64}), {step_ns:Int64}) as bucket,
    toUInt8(grouping(bucket)) as is_total,
    max(sample_weight != 1) as estimated,
    sumIf(sample_weight, is_call) as calls,
    sumIf(sample_weight, is_call and (ifNull(attempt, 1) > 1 or retry_of != '')) as retries,
    sumIf(sample_weight, is_call and error_class = 'timeout') as timeouts,
    sumIf(sample_weight, is_call and finish_reason = 'refusal') as refusals,
    sumIf(sample_weight, is_call and (finish_reason = 'content_filter' or error_class = 'content_filter')) as filtered,
    sumIf(spans.output_tokens * sample_weight, is_call and end_ns is not null) as generated_tokens,
    sumIf((end_ns - start_ns) * sample_weight, is_call and spans.output_tokens is not null) as generating_ns,
    sum(spans.input_tokens * sample_weight) as input_tokens,
    sum(spans.cache_read_tokens * sample_weight) as cache_read_tokens,
    sum(spans.cache_write_tokens * sample_weight) as cache_write_tokens,
    sum(spans.output_tokens * sample_weight) as output_tokens,
    sum(spans.reasoning_tokens * sample_weight) as reasoning_tokens,
    -- In decimals throughout, as roll-ups have it: money of spans that were all kept is exact.
    sum(toDecimal128(total_cost, 12) * toDecimal128(sample_weight, 6)) as cost,
    sumIf(sample_weight, (spans.input_tokens is not null or spans.output_tokens is not null) and total_cost is null) as unpriced_calls,
    countIf(ttft_ns is not null and is_call) as timed,
    quantilesExactIf(0.5, 0.95)(ttft_ns, is_call) as ttft_quantiles_ns
from spans final
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {before_ns:Int64} and start_ns < {to_ns:Int64}
    and counted
    and /*filter*/ true
group by grouping sets ((period, bucket), (period))
-- A filter asks the columns of these names.
settings prefer_column_name_to_alias = 1
