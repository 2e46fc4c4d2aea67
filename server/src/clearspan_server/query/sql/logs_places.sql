-- Where the log records of a page are, the newest first. The same record sent twice has one key, and nothing else of it
-- differs that is shown: `final`, which would read whole minutes of bodies, is not needed.
select time_ns, record_id
from logs
where project = {project:String}
    -- The sort key knows minutes: without this line the whole project is read.
    and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and time_ns >= {from_ns:Int64} and time_ns < {to_ns:Int64}
    and (time_ns, record_id) < ({behind_ns:Int64}, {behind_id:UInt64})
    and /*filter*/ true
order by time_ns desc, record_id desc
limit 1 by time_ns, record_id
limit {limit:UInt32}
