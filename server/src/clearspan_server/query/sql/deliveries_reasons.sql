-- The newest requests of which something was rejected, one row a reason.
select received_ns, service, process, sender, reason, count
from deliveries final
array join mapKeys(rejected) as reason, mapValues(rejected) as count
where project = {project:String} and protocol != {redrive:String}
    and received_hour >= toStartOfHour(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
    and received_ns >= {from_ns:Int64} and received_ns < {to_ns:Int64}
    and seq <= {stored:UInt64}
order by received_ns desc
limit {limit:UInt32}
