-- What overview_spans.sql tells, in parts that query/overview.py adds up: roll-ups, and for hours that are cut by the
-- window or not computed yet sums of their spans. Planning takes the engine longer than reading these few rows, so one
-- plain statement and sums in Python are several times as fast as a statement that does it all.
with
    kind in ('llm', 'embedding') as is_call,
    -- Of numbers their values at ranks, as store/ranks.py says.
    arraySort(groupArrayIf(assumeNotNull(spans.ttft_ns), is_call and spans.ttft_ns is not null)) as firsts_ns,
    arraySort(groupArrayIf(assumeNotNull(end_ns) - start_ns, is_call and end_ns is not null)) as latencies_ns
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
    toUInt32(length(firsts_ns)) as ttft_count,
    arrayMap(rank -> firsts_ns[toUInt32(floor(rank * ttft_count)) + 1], if(ttft_count = 0, [], {ranks:Array(Float64)})) as ttft_ns,
    toUInt32(length(latencies_ns)) as latency_count,
    arrayMap(rank -> latencies_ns[toUInt32(floor(rank * latency_count)) + 1], if(latency_count = 0, [], {ranks:Array(Float64)})) as latency_ns
from spans final
where project = {project:String}
    and start_minute in {raw_minutes:Array(DateTime('UTC'))}
    and start_ns >= {before_ns:Int64} and start_ns < {to_ns:Int64}
    and counted
group by grouping sets ((period, bucket), (is_answer, asked_of, asked_for, answered_by))
union all
select
    toUInt8(dimension = '' and toUnixTimestamp(since) * 1000000000 >= {from_ns:Int64}) as period,
    if(is_answer, 0, intDiv(toUnixTimestamp(since) * 1000000000 + if(period, 0, {shift_ns:Int64}), {step_ns:Int64})) as bucket,
    toUInt8(dimension = 'answer') as is_answer,
    if(is_answer, splitByChar(char(31), value)[1], '') as asked_of,
    if(is_answer, splitByChar(char(31), value)[2], '') as asked_for,
    if(is_answer, splitByChar(char(31), value)[3], '') as answered_by,
    is_answer as is_by_model,
    last_ns,
    toUInt8(estimated) as estimated,
    call_count,
    error_count,
    retried_count,
    timed_out_count,
    refused_count,
    filtered_count,
    generated_tokens,
    generating_ns,
    input_tokens,
    cache_read_tokens,
    cache_write_tokens,
    output_tokens,
    reasoning_tokens,
    unpriced_count,
    total_cost,
    ttft_count,
    ttft_ns,
    duration_count,
    duration_ns
from rollup_spans
where project = {project:String}
    and (dimension = '' or dimension = 'answer' and hour >= fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
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
