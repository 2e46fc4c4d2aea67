-- One hour of a project under a new generation. `counted` weighs usage and cost, the sampling weight everything.
insert into rollups
(
    project, hour, generation,
    service, environment, kind, name, provider, model, request_model, response_model, feature, customer_id, counted,
    span_count, error_count, cancelled_count, estimated, last_ns,
    input_tokens, output_tokens, total_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens,
    input_cost, output_cost, total_cost, unpriced_count,
    used_count, retried_count, timed_out_count, refused_count, filtered_count, generated_tokens, generating_ns,
    saved_cost, unsaved_tokens,
    duration_ns, ttft_ns
)
with
    -- What its cached tokens would have cost at the price that the call paid for the others, less what they did cost:
    -- reading is cheaper, writing may be dearer. Tokens without a price of their own were paid as plain input.
    if(mapContains(cost_by_class, 'cache_read'), ifNull(cache_read_tokens, 0), 0) as read_apart,
    if(arrayExists(class -> startsWith(class, 'cache_write'), mapKeys(cost_by_class)), ifNull(cache_write_tokens, 0), 0) as written_apart,
    toInt64(ifNull(input_tokens, 0)) - read_apart - written_apart as plain_tokens,
    arraySum(mapValues(mapFilter((class, cost) -> startsWith(class, 'cache_'), cost_by_class))) as cache_cost,
    -- Where no token was paid as plain input, or sound was among them, nobody knows its price.
    total_cost is not null and (read_apart + written_apart = 0 or plain_tokens > 0 and ifNull(audio_input_tokens, 0) = 0) as is_saving_known,
    if(read_apart + written_apart = 0, 0,
        toFloat64(cost_by_class['input']) / plain_tokens * (read_apart + written_apart) - toFloat64(cache_cost)) as saving
select
    project,
    toStartOfHour(start_minute) as hour,
    {generation:UInt64} as generation,
    service, environment, kind, name, provider,
    if(response_model != '', response_model, request_model) as model,
    request_model, response_model, feature, customer_id, counted,
    sum(sample_weight) as span_count,
    sumIf(sample_weight, status in ('error', 'crashed')) as error_count,
    sumIf(sample_weight, status = 'cancelled') as cancelled_count,
    max(sample_weight != 1) as estimated,
    max(start_ns) as last_ns,
    sumIf(ifNull(input_tokens, 0) * sample_weight, counted),
    sumIf(ifNull(output_tokens, 0) * sample_weight, counted),
    sumIf(ifNull(total_tokens, 0) * sample_weight, counted),
    sumIf(ifNull(cache_read_tokens, 0) * sample_weight, counted),
    sumIf(ifNull(cache_write_tokens, 0) * sample_weight, counted),
    sumIf(ifNull(reasoning_tokens, 0) * sample_weight, counted),
    -- In decimals throughout, so that money of spans that were all kept is exact.
    sumIf(ifNull(toDecimal128(input_cost, 12), 0) * toDecimal128(sample_weight, 6), counted),
    sumIf(ifNull(toDecimal128(output_cost, 12), 0) * toDecimal128(sample_weight, 6), counted),
    sumIf(ifNull(toDecimal128(total_cost, 12), 0) * toDecimal128(sample_weight, 6), counted),
    sumIf(sample_weight, counted and (input_tokens is not null or output_tokens is not null) and total_cost is null),
    sumIf(sample_weight, counted and (input_tokens is not null or output_tokens is not null)),
    sumIf(sample_weight, ifNull(attempt, 1) > 1 or retry_of != ''),
    sumIf(sample_weight, error_class = 'timeout'),
    sumIf(sample_weight, finish_reason = 'refusal'),
    sumIf(sample_weight, finish_reason = 'content_filter' or error_class = 'content_filter'),
    sumIf(ifNull(output_tokens, 0) * sample_weight, end_ns is not null),
    sumIf((assumeNotNull(end_ns) - start_ns) * sample_weight, end_ns is not null and output_tokens is not null),
    sumIf(saving * sample_weight, counted and is_saving_known),
    sumIf(ifNull(cache_read_tokens, 0) * sample_weight, counted and not is_saving_known),
    -- Of the spans that were kept, each once: the engine's sketch takes no fractional weights.
    quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(end_ns) - start_ns, end_ns is not null),
    quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(ttft_ns), ttft_ns is not null)
from spans final
where project = {project:String}
    and start_minute >= toDateTime({hour_s:Int64}, 'UTC') and start_minute < toDateTime({hour_s:Int64} + 3600, 'UTC')
group by project, hour, service, environment, kind, name, provider, model, request_model, response_model, feature, customer_id, counted
settings
    -- A span's partition follows from its sort key: no version of it is in another one.
    do_not_merge_across_partitions_select_final = 1,
    max_threads = 1,
    max_bytes_before_external_group_by = 268435456
