-- How many records each minute of a month has.
select toUnixTimestamp(start_minute) as minute_s, count() as records
from spans
where project = {project:String} and toYYYYMM(start_minute) = {month:UInt32}
group by minute_s
order by minute_s
