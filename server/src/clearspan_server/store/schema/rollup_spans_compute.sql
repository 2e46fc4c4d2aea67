-- Some hours of a project under a new generation, from its counted spans: each in the sum of all, and in that of its
-- value of every dimension.
insert into rollup_spans
(
    project, dimension, hour, generation, since, value,
    estimated, last_ns, span_count, call_count, error_count, retried_count, timed_out_count, refused_count,
    filtered_count, generated_tokens, generating_ns,
    input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
    total_cost, unpriced_count, saved_cost, unsaved_tokens,
    ttft_count, ttft_ns, duration_count, duration_ns
)
with
    -- Of the spans that were kept, each once.
    arraySort(groupArrayIf(first_ns, has_first and dimension = '')) as firsts_ns,
    arraySort(groupArrayIf(took_ns, has_ended and dimension = 'answer')) as durations_ns
select
    {project:String} as project,
    named.1 as dimension,
    toStartOfHour(at_minute) as hour,
    {generation:UInt64} as generation,
    if(dimension = '', toStartOfFifteenMinutes(at_minute), hour) as since,
    named.2 as value,
    max(weight != 1),
    max(at_ns),
    sum(weight),
    sum(call),
    sumIf(weight, has_failed),
    sumIf(call, is_retried),
    sumIf(call, has_timed_out),
    sumIf(call, is_refused),
    sumIf(call, is_filtered),
    sumIf(output * call, has_ended),
    sumIf(took_ns * call, has_ended and has_output),
    sum(input * weight),
    sum(cache_read * weight),
    sum(cache_write * weight),
    sum(output * weight),
    sum(reasoning * weight),
    sum(cost),
    sumIf(weight, is_unpriced),
    sum(saved),
    sum(unsaved),
    length(firsts_ns),
    arrayMap(rank -> firsts_ns[toUInt32(floor(rank * length(firsts_ns))) + 1], if(empty(firsts_ns), [], {ranks:Array(Float64)})),
    length(durations_ns),
    arrayMap(rank -> durations_ns[toUInt32(floor(rank * length(durations_ns))) + 1], if(empty(durations_ns), [], {ranks:Array(Float64)}))
from
(
    with
        kind in ('llm', 'embedding') as is_call,
        input_tokens is not null or output_tokens is not null as is_used,
        if(response_model != '', response_model, request_model) as model,
        char(31) as between,
        -- What its cached tokens would have cost at the price that the call paid for the others, less what they did
        -- cost: reading is cheaper, writing may be dearer. Tokens without a price of their own were paid as plain input.
        if(mapContains(cost_by_class, 'cache_read'), ifNull(cache_read_tokens, 0), 0) as read_apart,
        if(arrayExists(class -> startsWith(class, 'cache_write'), mapKeys(cost_by_class)), ifNull(cache_write_tokens, 0), 0) as written_apart,
        toInt64(ifNull(input_tokens, 0)) - read_apart - written_apart as plain_tokens,
        arraySum(mapValues(mapFilter((class, cost) -> startsWith(class, 'cache_'), cost_by_class))) as cache_cost,
        -- Where no token was paid as plain input, or sound was among them, nobody knows its price.
        total_cost is not null and (read_apart + written_apart = 0 or plain_tokens > 0 and ifNull(audio_input_tokens, 0) = 0) as is_saving_known,
        if(read_apart + written_apart = 0, 0,
            toFloat64(cost_by_class['input']) / plain_tokens * (read_apart + written_apart) - toFloat64(cache_cost)) as saving
    select
        start_minute as at_minute,
        start_ns as at_ns,
        sample_weight as weight,
        if(is_call, weight, 0) as call,
        status in ('error', 'crashed') as has_failed,
        ifNull(attempt, 1) > 1 or retry_of != '' as is_retried,
        error_class = 'timeout' as has_timed_out,
        finish_reason = 'refusal' as is_refused,
        finish_reason = 'content_filter' or error_class = 'content_filter' as is_filtered,
        end_ns is not null as has_ended,
        ifNull(end_ns, start_ns) - start_ns as took_ns,
        is_call and ttft_ns is not null as has_first,
        ifNull(ttft_ns, 0) as first_ns,
        ifNull(input_tokens, 0) as input,
        ifNull(cache_read_tokens, 0) as cache_read,
        ifNull(cache_write_tokens, 0) as cache_write,
        output_tokens is not null as has_output,
        ifNull(output_tokens, 0) as output,
        ifNull(reasoning_tokens, 0) as reasoning,
        -- In decimals throughout, so that money of spans that were all kept is exact.
        ifNull(toDecimal128(total_cost, 12), 0) * toDecimal128(weight, 6) as cost,
        is_used and total_cost is null as is_unpriced,
        if(is_saving_known, saving * weight, 0) as saved,
        if(is_saving_known, 0, ifNull(cache_read_tokens, 0) * weight) as unsaved,
        arrayConcat(
            [('', '')],
            if(is_call, [('answer', concat(provider, between, request_model, between, response_model))], []),
            if(is_used, [
                ('model', concat(model, between, provider)), ('provider', toString(provider)), ('feature', toString(feature)),
                ('customer', customer_id), ('user', user_id), ('prompt', concat(prompt_name, between, prompt_version)),
                ('environment', toString(environment)), ('release', toString(release)), ('service', toString(service))
            ], [])
        ) as names
    from spans final
    where project = {project:String}
        and start_minute in {minutes:Array(DateTime('UTC'))}
        and counted
)
array join names as named
group by dimension, hour, since, value
settings
    -- A span's partition follows from its sort key: no version of it is in another one.
    do_not_merge_across_partitions_select_final = 1,
    max_threads = 1,
    max_bytes_before_external_group_by = 268435456
