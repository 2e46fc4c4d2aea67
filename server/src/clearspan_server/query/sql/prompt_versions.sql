-- How each version of a prompt does: its counted calls that start in a window, weighted.
select
    prompt_version as version,
    sum(sample_weight) as calls,
    sumIf(sample_weight, status in ('error', 'crashed')) as errors,
    avgWeighted(input_tokens, sample_weight) as input_tokens,
    avgWeighted(output_tokens, sample_weight) as output_tokens,
    avgWeighted(toFloat64(total_cost), sample_weight) as cost,
    quantileTDigestIf(0.5)(toFloat64(end_ns - start_ns), status = 'ok') as latency_p50_ns,
    quantileTDigestIf(0.95)(toFloat64(end_ns - start_ns), status = 'ok') as latency_p95_ns,
    min(start_ns) as first_ns,
    max(start_ns) as last_ns
from spans final
where project = {project:String}
    and start_minute >= toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
    and start_minute <= toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and prompt_name = {name:String} and counted and kind in ('llm', 'embedding') and end_ns is not null
group by version
order by version
limit {limit:UInt32}
