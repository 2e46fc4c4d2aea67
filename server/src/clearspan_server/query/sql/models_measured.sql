-- How fast each model was in calls that went well, under the name that was asked for and that which answered: medians
-- of the time to the first token, and of output tokens by the second after it (`written`) and as a whole.
select
    provider,
    arrayJoin(arrayFilter(name -> name != '', arrayDistinct([request_model, response_model]))) as model,
    count() as calls,
    if(countIf(is_streamed) = 0, null, quantileTDigestIf(0.5)(first_ns, is_streamed)) as ttft_ns,
    quantileTDigestIf(0.5)(tokens * 1e9 / (took_ns - first_ns), is_streamed) as written_per_s,
    quantileTDigest(0.5)(tokens * 1e9 / took_ns) as tokens_per_s
from
(
    select
        provider, request_model, response_model, assumeNotNull(output_tokens) as tokens,
        assumeNotNull(end_ns) - start_ns as took_ns, ifNull(toInt64(ttft_ns), 0) as first_ns,
        first_ns > 0 and first_ns < took_ns as is_streamed
    from spans final
    where project = {project:String}
        and start_minute >= toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and counted and kind = 'llm' and status = 'ok' and ifNull(output_tokens, 0) > 0 and end_ns > start_ns
        and ({model:String} = '' or {model:String} in (request_model, response_model))
)
group by provider, model
having {model:String} in ('', model)
order by calls desc, model, provider
limit {limit:UInt32}
