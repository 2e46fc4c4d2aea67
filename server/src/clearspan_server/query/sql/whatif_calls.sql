-- The usage of model calls, added up as far as they would be priced alike: those of one hour (prices change with time),
-- provider, model and service tier, between the same sizes of input at which prices change.
with
    end_ns is not null and spans.output_tokens is not null as is_timed
select
    intDiv(start_ns, 3600000000000) as hour,
    provider,
    if(response_model != '', response_model, request_model) as model,
    service_tier,
    arrayCount(edge -> ifNull(spans.input_tokens, 0) > edge, {edges:Array(UInt64)}) as tier,
    spans.input_tokens is null as has_no_input,
    spans.output_tokens is null as has_no_output,
    ifNull(spans.audio_input_tokens, 0) > 0 as has_audio,
    total_cost is null as has_no_cost,
    -- Counts that contradict each other have no price.
    ifNull(ifNull(spans.cache_read_tokens, 0) + ifNull(spans.cache_write_tokens, 0) > spans.input_tokens
        or ifNull(spans.reasoning_tokens, 0) > spans.output_tokens, false) as is_odd,
    sum(sample_weight) as calls,
    max(sample_weight != 1) as estimated,
    max(ifNull(spans.input_tokens, 0)) as largest_input,
    sum(ifNull(spans.input_tokens, 0) * sample_weight) as input_tokens,
    sum(ifNull(spans.output_tokens, 0) * sample_weight) as output_tokens,
    sum(ifNull(spans.cache_read_tokens, 0) * sample_weight) as cache_read_tokens,
    sum(ifNull(spans.cache_write_tokens, 0) * sample_weight) as cache_write_tokens,
    sum(ifNull(spans.reasoning_tokens, 0) * sample_weight) as reasoning_tokens,
    sum(ifNull(spans.audio_input_tokens, 0) * sample_weight) as audio_input_tokens,
    sum(ifNull(spans.audio_output_tokens, 0) * sample_weight) as audio_output_tokens,
    sumMap(mapApply((name, count) -> (name, toUInt64(count * sample_weight)), spans.usage_other)) as usage_other,
    sum(ifNull(toDecimal128(spans.total_cost, 12), 0) * toDecimal128(sample_weight, 6)) as cost,
    sumIf(sample_weight, is_timed) as timed_calls,
    sumIf((assumeNotNull(end_ns) - start_ns) * sample_weight, is_timed) as timed_ns,
    sumIf(ifNull(spans.output_tokens, 0) * sample_weight, is_timed) as timed_tokens
from spans final
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and counted and kind = 'llm'
    and (spans.input_tokens is not null or spans.output_tokens is not null)
    and /*filter*/ true
group by hour, provider, model, service_tier, tier, has_no_input, has_no_output, has_audio, has_no_cost, is_odd
order by hour, provider, model
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
