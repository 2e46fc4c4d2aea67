-- Model calls, tokens and cost by bucket, and over the whole of each period: the window (1) and as long before (0).
select
    toUInt8(start_ns >= {from_ns:Int64}) as period,
    if(period, intDiv(start_ns, {step_ns:Int64}), 0) as bucket,
    toUInt8(grouping(bucket)) as is_total,
    countIf(kind in ('llm', 'embedding')) as llm_calls,
    sum(input_tokens) as input_tokens,
    sum(output_tokens) as output_tokens,
    sum(cache_read_tokens) as cache_read_tokens,
    sum(total_cost) as cost,
    countIf((spans.input_tokens is not null or spans.output_tokens is not null) and total_cost is null) as unpriced_calls,
    count(ttft_ns) as timed,
    quantilesExact(0.5)(ttft_ns) as ttft_quantiles_ns
from spans final
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {before_ns:Int64} and start_ns < {to_ns:Int64}
    and counted
group by grouping sets ((period, bucket), (period))
