-- What caching saved in the window, and the cached tokens of which nobody knows: store/schema/rollup_spans_compute.sql says
-- how it is told.
with
    if(mapContains(cost_by_class, 'cache_read'), ifNull(cache_read_tokens, 0), 0) as read_apart,
    if(arrayExists(class -> startsWith(class, 'cache_write'), mapKeys(cost_by_class)), ifNull(cache_write_tokens, 0), 0) as written_apart,
    toInt64(ifNull(input_tokens, 0)) - read_apart - written_apart as plain_tokens,
    arraySum(mapValues(mapFilter((class, cost) -> startsWith(class, 'cache_'), cost_by_class))) as cache_cost,
    total_cost is not null and (read_apart + written_apart = 0 or plain_tokens > 0 and ifNull(audio_input_tokens, 0) = 0) as is_saving_known,
    if(read_apart + written_apart = 0, 0,
        toFloat64(cost_by_class['input']) / plain_tokens * (read_apart + written_apart) - toFloat64(cache_cost)) as saving
select sum(saved) as saved_cost, sum(unsaved) as unsaved_tokens
from
(
    select
        if(is_saving_known, saving * sample_weight, 0) as saved,
        if(is_saving_known, 0, ifNull(cache_read_tokens, 0) * sample_weight) as unsaved
    from spans final
    where project = {project:String}
        and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
            and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
        and ({is_raw:Bool} or start_minute in {raw_minutes:Array(DateTime('UTC'))})
        and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
        -- Only what was cached is looked at further: the prices of a call are a map, which is slow to read.
        and counted and (cache_read_tokens > 0 or cache_write_tokens > 0)
        and /*filter*/ true
    union all
    select saved_cost as saved, unsaved_tokens as unsaved
    from rollup_spans
    where project = {project:String}
        and dimension = ''
        and not {is_raw:Bool}
        and hour >= fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC') and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
        and toUnixTimestamp(hour) not in {raw_hours:Array(UInt32)}
        and (hour, generation) in
        (
            select hour, generation
            from rollup_hours final
            where project = {project:String}
                and hour >= fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC') and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
        )
)
settings max_threads = {threads:UInt64}
