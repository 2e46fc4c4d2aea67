-- What is measured of traces, by what tells them apart; the order is of the whole answer, which is short.
select /*keys*/ name as key_0, /*measures*/ count() as measure_0
from traces final
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and /*filter*/ true
group by /*names*/ key_0
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1 -- a filter asks the row, not what it was made into
