-- What was masked in what started in a window, by day and type; whole minutes, as the tables are sorted by them.
select toString(started) as day, type, sum(found) as count
from
(
    select toDate(start_minute) as started, type, found
    from spans final
    array join mapKeys(redactions) as type, mapValues(redactions) as found
    where project = {project:String}
        and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
            and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    union all
    select toDate(time_minute) as started, type, found
    from logs final
    array join mapKeys(redactions) as type, mapValues(redactions) as found
    where project = {project:String}
        and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
            and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    union all
    select toDate(time_minute) as started, type, found
    from metrics final
    array join mapKeys(redactions) as type, mapValues(redactions) as found
    where project = {project:String}
        and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
            and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
)
group by day, type
order by day desc, count desc, type
