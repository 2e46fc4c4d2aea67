-- Cost by bucket of the dearest values of a dimension, each by its place in `top` from 1, and of all others (0).
with usage as
(
    select
        start_ns as at_ns,
        /*value*/ name as value,
        cast(toDecimal128(total_cost, 12) * toDecimal128(sample_weight, 6), 'Nullable(Decimal(38, 12))') as cost
    from spans final
    where project = {project:String}
        and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
            and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
        and ({is_raw:Bool} or start_minute in {raw_minutes:Array(DateTime('UTC'))})
        and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
        and counted and (input_tokens is not null or output_tokens is not null)
        and /*filter*/ true
    union all
    select
        toInt64(toUnixTimestamp(hour)) * 1000000000 as at_ns,
        value,
        total_cost as cost
    from rollup_spans
    where project = {project:String}
        and dimension = {dimension:String}
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
select
    intDiv(at_ns, {step_ns:Int64}) as bucket,
    indexOf({top:Array(String)}, value) as place,
    sum(usage.cost) as cost
from usage
group by bucket, place
settings max_threads = {threads:UInt64}
