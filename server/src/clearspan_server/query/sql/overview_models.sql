-- The models of the window, most called first. A call that got no answer counts under the model that last answered
-- the same wish, else under the model it asked for: else a model's failures would stand beside it, as a model of
-- their own that always fails.
with calls as
(
    select
        provider, request_model, response_model, status, input_tokens, output_tokens, total_cost, start_ns, end_ns,
        sample_weight
    from spans final
    where project = {project:String}
        and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
            and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
        and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
        and kind in ('llm', 'embedding') and counted
        and /*filter*/ true
),
answered as
(
    select provider, request_model, argMax(response_model, start_ns) as answering_model
    from calls
    where response_model != '' and request_model != ''
    group by provider, request_model
)
select
    provider,
    multiIf(response_model != '', response_model, answering_model != '', answering_model, request_model) as model,
    sum(sample_weight) as calls,
    sumIf(sample_weight, status in ('error', 'crashed')) as errors,
    sum(calls.input_tokens * sample_weight) as input_tokens,
    sum(calls.output_tokens * sample_weight) as output_tokens,
    sum(toDecimal128(total_cost, 12) * toDecimal128(sample_weight, 6)) as cost,
    count(end_ns) as timed,
    quantilesExact(0.5, 0.95)(end_ns - start_ns) as latency_quantiles_ns
from calls
left join answered using (provider, request_model)
group by provider, model
order by calls desc, provider, model
limit 100
