-- Model calls, tokens and cost from every counted span, in one reading: by bucket and over the whole of each period,
-- the window (1) and as long a time before it (0), whose buckets are moved into those of the window; and the calls of
-- the window by model (is_answer). A call that got no answer counts under the model that last answered the same wish,
-- else under the model it asked for: else a model's failures would stand beside it, as a model of their own that
-- always fails.
with read as
(
    with kind in ('llm', 'embedding') as is_call
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
        countIf(is_call and ttft_ns is not null) as ttft_count,
        quantilesExactStateIf(0.5, 0.95)(assumeNotNull(ttft_ns), is_call and ttft_ns is not null) as firsts_ns,
        countIf(end_ns is not null) as latency_count,
        quantilesExactStateIf(0.5, 0.95)(assumeNotNull(end_ns) - start_ns, is_call and end_ns is not null) as latencies_ns
    from spans final
    where project = {project:String}
        and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC'))
            and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
        and start_ns >= {before_ns:Int64} and start_ns < {to_ns:Int64}
        and counted
        and /*filter*/ true
    group by grouping sets ((period, bucket), (is_answer, asked_of, asked_for, answered_by))
),
named as
(
    select
        *,
        argMaxIf(answered_by, last_ns, answered_by != '' and asked_for != '') over (partition by is_answer, asked_of, asked_for) as answers,
        if(is_answer, multiIf(answered_by != '', answered_by, answers != '', answers, asked_for), '') as model
    from read
    where is_answer or not is_by_model
)
select
    is_answer,
    period,
    bucket,
    asked_of as provider,
    model,
    toUInt8(grouping(bucket)) as is_total,
    max(named.estimated) as estimated,
    sum(named.calls) as calls,
    sum(named.errors) as errors,
    sum(named.retries) as retries,
    sum(named.timeouts) as timeouts,
    sum(named.refusals) as refusals,
    sum(named.filtered) as filtered,
    sum(named.generated_tokens) as generated_tokens,
    sum(named.generating_ns) as generating_ns,
    sum(named.input_tokens) as input_tokens,
    sum(named.cache_read_tokens) as cache_read_tokens,
    sum(named.cache_write_tokens) as cache_write_tokens,
    sum(named.output_tokens) as output_tokens,
    sum(named.reasoning_tokens) as reasoning_tokens,
    sum(named.unpriced_calls) as unpriced_calls,
    sum(named.cost) as cost,
    sum(named.ttft_count) as ttft_count,
    quantilesExactMerge(0.5, 0.95)(named.firsts_ns) as ttft_quantiles_ns,
    sum(named.latency_count) as latency_count,
    quantilesExactMerge(0.5, 0.95)(named.latencies_ns) as latency_quantiles_ns
from named
group by grouping sets ((is_answer, period, bucket, provider, model), (is_answer, period))
-- A filter asks the columns of these names.
settings prefer_column_name_to_alias = 1, do_not_merge_across_partitions_select_final = 1, max_threads = {threads:UInt64}
