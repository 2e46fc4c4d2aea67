-- How far back a list reads for a few traces, and for some more: where these start; 0 where there are no more. They lie
-- in the order of their minutes, and no more of them are read than that. Old versions count, too: it is a guess.
select arrayMap(few -> starts[few], [300, 3000]) as starts_ns
from
(
    select arrayReverseSort(groupArray(start_ns)) as starts
    from traces
    where project = {project:String}
        and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
        and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
            and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
        and start_minute >=
        (
            select min(start_minute)
            from
            (
                select start_minute
                from traces
                where project = {project:String}
                    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
                        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
                    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
                order by start_minute desc
                limit 3000
            )
        )
)
