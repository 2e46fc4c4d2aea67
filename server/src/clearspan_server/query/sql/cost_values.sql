-- Usage and cost by the values of a dimension, the dearest first, and of all of them together (is_total): in the
-- window, and beside it what the window before (is_now = 0) had. Of counted spans with usage.
with usage as
(
    select
        toUInt8(start_ns >= {from_ns:Int64}) as is_now,
        /*value*/ name as value,
        sample_weight != 1 as estimated,
        sample_weight as used_count,
        if(total_cost is null, sample_weight, 0) as unpriced_count,
        ifNull(spans.input_tokens, 0) * sample_weight as input_tokens,
        ifNull(spans.cache_read_tokens, 0) * sample_weight as cache_read_tokens,
        ifNull(spans.cache_write_tokens, 0) * sample_weight as cache_write_tokens,
        ifNull(spans.output_tokens, 0) * sample_weight as output_tokens,
        ifNull(spans.reasoning_tokens, 0) * sample_weight as reasoning_tokens,
        cast(ifNull(toDecimal128(spans.total_cost, 12), 0) * toDecimal128(sample_weight, 6), 'Decimal(38, 12)') as cost
    from spans final
    where project = {project:String}
        and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC'))
            and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
        and ({is_raw:Bool} or start_minute in {raw_minutes:Array(DateTime('UTC'))})
        and start_ns >= {before_ns:Int64} and start_ns < {to_ns:Int64}
        and counted and (spans.input_tokens is not null or spans.output_tokens is not null)
        and /*filter*/ true
    union all
    select
        toUInt8(toUnixTimestamp(hour) * 1000000000 >= {from_ns:Int64}) as is_now,
        value,
        estimated, span_count as used_count, unpriced_count,
        input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, total_cost as cost
    from rollup_spans
    where project = {project:String}
        and dimension = {dimension:String}
        and not {is_raw:Bool}
        and hour >= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC') and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
        and toUnixTimestamp(hour) not in {raw_hours:Array(UInt32)}
        and (hour, generation) in
        (
            select hour, generation
            from rollup_hours final
            where project = {project:String}
                and hour >= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC') and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
        )
)
select
    value,
    toUInt8(grouping(value)) as is_total,
    uniqExactIf(value, is_now) as value_count,
    max(usage.estimated and is_now) as estimated,
    sumIf(used_count, is_now) as calls,
    sumIf(unpriced_count, is_now) as unpriced_calls,
    sumIf(usage.input_tokens, is_now) as input_tokens,
    sumIf(usage.cache_read_tokens, is_now) as cache_read_tokens,
    sumIf(usage.cache_write_tokens, is_now) as cache_write_tokens,
    sumIf(usage.output_tokens, is_now) as output_tokens,
    sumIf(usage.reasoning_tokens, is_now) as reasoning_tokens,
    sumIf(usage.cost, is_now) as cost,
    sumIf(used_count, not is_now) as previous_calls,
    sumIf(unpriced_count, not is_now) as previous_unpriced_calls,
    sumIf(usage.cost, not is_now) as previous_cost
from usage
group by grouping sets ((value), ())
order by is_total desc, cost desc, calls desc, value
limit {limit:UInt32}
settings max_threads = {threads:UInt64}
