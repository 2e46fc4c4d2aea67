-- What series_of_spans.sql tells, from sums by the hour, and for hours that are cut by the window or not computed yet from
-- their spans. A filter is of columns that both have under one name.
with sums as
(
    select
        if(response_model != '', response_model, request_model) as model,
        start_ns as at_ns,
        toString(/*value*/ name) as value,
        sample_weight != 1 as is_estimated,
        sample_weight as rows,
        if(status in ('error', 'crashed'), sample_weight, 0) as failed,
        if(counted, ifNull(spans.input_tokens, 0) * sample_weight, 0) as read_tokens,
        if(counted, ifNull(spans.output_tokens, 0) * sample_weight, 0) as written_tokens,
        if(counted, ifNull(spans.total_tokens, 0) * sample_weight, 0) as tokens,
        -- In decimals throughout, as roll-ups have it: money of spans that were all kept is exact.
        cast(if(counted, ifNull(toDecimal128(spans.total_cost, 12), 0) * toDecimal128(sample_weight, 6), 0), 'Decimal(38, 12)') as cost
    from spans final
    where project = {project:String}
        and start_minute in {raw_minutes:Array(DateTime('UTC'))}
        and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
        and /*filter*/ true
    union all
    select
        model,
        toInt64(toUnixTimestamp(hour)) * 1000000000,
        toString(/*value*/ name),
        estimated,
        span_count,
        error_count,
        input_tokens,
        output_tokens,
        total_tokens,
        total_cost
    from rollups
    where project = {project:String}
        and hour >= fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC') and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
        and toUnixTimestamp(hour) not in {raw_hours:Array(UInt32)}
        and (hour, generation) in
        (
            select hour, generation
            from rollup_hours final
            where project = {project:String}
                and hour >= fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC') and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
        )
        and /*filter*/ true
)
select
    if({ranked:Bool} or has({top:Array(String)}, value), value, char(31)) as place,
    intDiv(at_ns, {step_ns:Int64}) as bucket,
    toUInt8(grouping(bucket)) as is_total,
    sum(is_total) over () as value_count,
    max(is_estimated) as estimated,
    /*measures*/ count() as measure_0
from sums
group by grouping sets ((place, bucket), (place))
order by is_total desc, measure_0 desc, place
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1, max_threads = {threads:UInt64}
