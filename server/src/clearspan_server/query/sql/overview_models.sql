-- The models of the window, most called first; a call that got no answer counts under the model it asked for.
select
    provider,
    if(response_model != '', response_model, request_model) as model,
    count() as calls,
    countIf(status in ('error', 'crashed')) as errors,
    sum(input_tokens) as input_tokens,
    sum(output_tokens) as output_tokens,
    sum(total_cost) as cost,
    count(end_ns) as timed,
    quantilesExact(0.5, 0.95)(end_ns - start_ns) as latency_quantiles_ns
from spans final
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and kind in ('llm', 'embedding') and counted
group by provider, model
order by calls desc, provider, model
limit 100
