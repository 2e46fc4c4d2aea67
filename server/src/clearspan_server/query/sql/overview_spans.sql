-- Model calls, tokens and cost from every counted span, in one reading: by bucket of the window (period 1) and of as long
-- a time before it (0), whose buckets are moved into those of the window; and the calls of the window by who was asked
-- for what and who answered (is_answer). Planning takes the engine longer than reading an hour, so what follows from
-- these rows, totals, models and quantiles, query/overview.py adds up.
with
    kind in ('llm', 'embedding') as is_call
select
    toUInt8(start_ns >= {from_ns:Int64}) as period,
    intDiv(start_ns + if(period, 0, {shift_ns:Int64}), {step_ns:Int64}) as bucket,
    toUInt8(is_call and period) as is_answer,
    if(is_answer, toString(provider), '') as asked_of,
    if(is_answer, toString(request_model), '') as asked_for,
    if(is_answer, toString(response_model), '') as answered_by,
    toUInt8(grouping(bucket)) as is_by_model,
    max(start_ns) as last_ns,
    max(sample_weight != 1) as estimated,
    sumIf(sample_weight, is_call) as calls,
    sumIf(sample_weight, status in ('error', 'crashed')) as errors,
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
    sumIf(sample_weight, (spans.input_tokens is not null or spans.output_tokens is not null) and total_cost is null) as unpriced_calls,
    -- In decimals throughout, as roll-ups have it: money of spans that were all kept is exact.
    sum(ifNull(toDecimal128(total_cost, 12), 0) * toDecimal128(sample_weight, 6)) as cost,
    groupArrayIf(assumeNotNull(spans.ttft_ns), is_call and spans.ttft_ns is not null) as ttft_ns,
    countIf(is_call and spans.ttft_ns is not null) as ttft_count,
    groupArrayIf(assumeNotNull(end_ns) - start_ns, is_answer and end_ns is not null) as latency_ns,
    countIf(is_answer and end_ns is not null) as latency_count
from spans final
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {before_ns:Int64} and start_ns < {to_ns:Int64}
    and counted
    and /*filter*/ true
group by grouping sets ((period, bucket), (is_answer, asked_of, asked_for, answered_by))
-- A filter asks the columns of these names.
settings prefer_column_name_to_alias = 1, max_threads = {threads:UInt64}
