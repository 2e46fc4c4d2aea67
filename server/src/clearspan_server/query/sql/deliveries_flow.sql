-- The window in buckets of `step_ns`, and with all of it as one more row. `d.`: a bare name would mean the sum.
select
    intDiv(received_ns, {step_ns:Int64}) as bucket,
    grouping(bucket) as is_total,
    count() as requests,
    sum(d.received) as received,
    sum(d.accepted) as accepted,
    sum(d.duplicates) as duplicates,
    sum(d.quarantined) as quarantined,
    sum(d.received - d.accepted) as rejected,
    quantile(0.95)(stored_ns - received_ns) as lag_ns
from deliveries as d final
where project = {project:String} and protocol != {redrive:String}
    and received_hour >= toStartOfHour(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
    and received_ns >= {from_ns:Int64} and received_ns < {to_ns:Int64}
    and seq <= {stored:UInt64}
group by grouping sets ((bucket), ())
