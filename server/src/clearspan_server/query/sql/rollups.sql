-- The sums of a project by hour, of the generation that holds for each hour.
select
    toUnixTimestamp(rollups.hour) as hour_s,
    /*value*/ name as value,
    sum(span_count) as spans,
    sum(error_count) as errors,
    sum(cancelled_count) as cancelled,
    max(estimated) as is_estimated,
    sum(rollups.input_tokens) as input_tokens,
    sum(rollups.output_tokens) as output_tokens,
    sum(rollups.total_tokens) as total_tokens,
    sum(rollups.cache_read_tokens) as cache_read_tokens,
    sum(rollups.cache_write_tokens) as cache_write_tokens,
    sum(rollups.reasoning_tokens) as reasoning_tokens,
    sum(rollups.input_cost) as input_cost,
    sum(rollups.output_cost) as output_cost,
    sum(rollups.total_cost) as cost,
    sum(unpriced_count) as unpriced_calls,
    quantilesTDigestMerge(0.5, 0.9, 0.95, 0.99)(duration_ns) as latency_quantiles_ns,
    quantilesTDigestMerge(0.5, 0.9, 0.95, 0.99)(rollups.ttft_ns) as ttft_quantiles_ns
from rollups
where project = {project:String}
    and hour >= toStartOfHour(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC')) and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
    and (hour, generation) in
    (
        select hour, generation
        from rollup_hours final
        where project = {project:String}
            and hour >= toStartOfHour(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC')) and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
    )
group by hour_s, value
order by hour_s, value
limit {limit:UInt32}
