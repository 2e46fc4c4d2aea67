-- How the traces of the window spread over the bins of latency, and over those of tokens; a bin is named by its lower
-- bound.
select
    roundDown(assumeNotNull(end_ns) - start_ns, {latency_bounds:Array(Int64)}) as latency_bin,
    roundDown(toInt64(assumeNotNull(total_tokens)), {token_bounds:Array(Int64)}) as token_bin,
    toUInt8(grouping(latency_bin)) as is_tokens,
    sumIf(sample_weight, end_ns is not null) as timed,
    sumIf(sample_weight, total_tokens is not null) as used
from traces final
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and /*filter*/ true
group by grouping sets ((latency_bin), (token_bin))
