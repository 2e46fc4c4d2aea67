-- Some hours of a project under a new generation. `counted` weighs usage and cost, the sampling weight everything.
insert into rollups
(
    project, hour, generation,
    service, environment, kind, name, provider, model, feature, customer_id,
    span_count, error_count, cancelled_count, estimated,
    input_tokens, output_tokens, total_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens,
    input_cost, output_cost, total_cost, unpriced_count, duration_ns, ttft_ns
)
select
    project,
    toStartOfHour(start_minute) as hour,
    {generation:UInt64} as generation,
    service, environment, kind, name, provider,
    if(response_model != '', response_model, request_model) as model,
    feature, customer_id,
    sum(sample_weight) as span_count,
    sumIf(sample_weight, status in ('error', 'crashed')) as error_count,
    sumIf(sample_weight, status = 'cancelled') as cancelled_count,
    max(sample_weight != 1) as estimated,
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
    -- Of the spans that were kept, each once: the engine's sketch takes no fractional weights.
    quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(end_ns) - start_ns, end_ns is not null),
    quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(ttft_ns), ttft_ns is not null)
from spans final
where project = {project:String}
    and start_minute in {minutes:Array(DateTime('UTC'))}
group by project, hour, service, environment, kind, name, provider, model, feature, customer_id
settings
    -- A span's partition follows from its sort key: no version of it is in another one.
    do_not_merge_across_partitions_select_final = 1,
    max_threads = 1,
    max_bytes_before_external_group_by = 268435456
