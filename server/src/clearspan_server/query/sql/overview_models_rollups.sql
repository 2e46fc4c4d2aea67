-- What overview_models.sql tells, from the roll-ups; hours that are cut by the window or not computed yet come from
-- their spans. Quantiles are of a sketch.
with calls as
(
    select
        provider,
        request_model,
        response_model,
        max(start_ns) as last_ns,
        sum(sample_weight) as calls,
        sumIf(sample_weight, status in ('error', 'crashed')) as errors,
        sum(ifNull(spans.input_tokens, 0) * sample_weight) as input_tokens,
        sum(ifNull(spans.output_tokens, 0) * sample_weight) as output_tokens,
        sum(ifNull(toDecimal128(total_cost, 12), 0) * toDecimal128(sample_weight, 6)) as cost,
        quantilesTDigestStateIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(end_ns) - start_ns, end_ns is not null) as latency
    from spans final
    where project = {project:String}
        and start_minute in {raw_minutes:Array(DateTime('UTC'))}
        and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
        and kind in ('llm', 'embedding') and counted
    group by provider, request_model, response_model
    union all
    select
        provider,
        request_model,
        response_model,
        max(rollups.last_ns) as last_ns,
        sum(span_count) as calls,
        sum(error_count) as errors,
        sum(rollups.input_tokens) as input_tokens,
        sum(rollups.output_tokens) as output_tokens,
        sum(total_cost) as cost,
        quantilesTDigestMergeState(0.5, 0.9, 0.95, 0.99)(duration_ns) as latency
    from rollups
    where project = {project:String}
        and hour >= fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC') and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
        and toUnixTimestamp(hour) not in {raw_hours:Array(UInt32)}
        and (hour, generation) in
        (
            select hour, generation
            from rollup_hours final
            where project = {project:String}
                and hour >= fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC') and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
        )
        and kind in ('llm', 'embedding') and counted
    group by provider, request_model, response_model
),
answered as
(
    select provider, request_model, argMax(response_model, last_ns) as answering_model
    from calls
    where response_model != '' and request_model != ''
    group by provider, request_model
)
select
    provider,
    multiIf(response_model != '', response_model, answering_model != '', answering_model, request_model) as model,
    sum(calls.calls) as calls,
    sum(calls.errors) as errors,
    sum(calls.input_tokens) as input_tokens,
    sum(calls.output_tokens) as output_tokens,
    sum(calls.cost) as cost,
    quantilesTDigestMerge(0.5, 0.9, 0.95, 0.99)(calls.latency) as latency_four,
    toUInt8(not isNaN(latency_four[1])) as timed,
    [latency_four[1], latency_four[3]] as latency_quantiles_ns
from calls
left join answered using (provider, request_model)
group by provider, model
order by calls desc, provider, model
limit 100
