-- How many points were rejected since a moment because their project had too many series.
select sum(rejected[{code:String}]) as points
from deliveries final
where project = {project:String}
    and received_hour >= toStartOfHour(fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC'))
    and received_ns >= {since_ns:Int64}
    and signal = 'metrics'
