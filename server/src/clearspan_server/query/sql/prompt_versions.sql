-- How versions of some prompts do: their counted calls that start in a window, weighted. `versions` has the one that is
-- asked for of each name, in the order of `names`; without any it is each.
select
    prompt_name as name,
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
    and prompt_name in {names:Array(String)}
    and (empty({versions:Array(String)}) or {versions:Array(String)}[indexOf({names:Array(String)}, prompt_name)] = prompt_version)
    and counted and kind in ('llm', 'embedding') and end_ns is not null
group by name, version
order by name, version
limit {limit:UInt32}
