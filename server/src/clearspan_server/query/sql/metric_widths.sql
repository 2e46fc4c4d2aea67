-- How many bounds a histogram of these series has at most: how much a question about them will hold.
select max(length(bounds)) as bounds
from metrics
where project = {project:String} and name = {name:String}
    and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({hour_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and series in {series:Array(UInt64)}
