-- A measure of spans by bucket of the window and over the whole of it (is_total), each for one of the values of `top` or
-- for all others together, whose place is no value that anything has; or, while it is `ranked`, for every value, of
-- which the limit lets the largest through. There are value_count of them.
select
    if({ranked:Bool} or has({top:Array(String)}, toString(/*value*/ name) as value), value, char(31)) as place,
    intDiv(start_ns, {step_ns:Int64}) as bucket,
    toUInt8(grouping(bucket)) as is_total,
    sum(is_total) over () as value_count,
    max(sample_weight != 1) as estimated,
    /*measures*/ count() as measure_0
from spans final
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and /*filter*/ true
group by grouping sets ((place, bucket), (place))
order by is_total desc, measure_0 desc, place
limit {limit:UInt32}
-- A filter asks the columns of these names. A span's partition follows from its sort key: no version is in another one.
settings prefer_column_name_to_alias = 1, do_not_merge_across_partitions_select_final = 1, max_threads = {threads:UInt64}
