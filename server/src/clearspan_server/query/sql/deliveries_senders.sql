-- One row a sender, newest first. `final`: a delivery that was inserted again after a crash is one row.
-- A request that is repeated keeps its number, so what our SDK counts is summed over numbers, the last of each.
with
    requests as
    (
        select
            process, service, sender, protocol, signal, size_bytes, received, accepted, rejected, duplicates, quarantined,
            client_seq, client_sent, client_dropped, client_ns, received_ns, stored_ns
        from deliveries final
        where project = {project:String} and protocol != {redrive:String}
            and received_hour >= toStartOfHour(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
            and received_ns >= {from_ns:Int64} and received_ns < {to_ns:Int64}
            and seq <= {stored:UInt64} -- what is above waits in the journal and is counted there
    ),
    numbered as
    (
        select
            process, service, sender, protocol, client_seq,
            argMax(received, received_ns) as arrived,
            argMax(client_sent, received_ns) as sent_by_then
        from requests
        where client_seq is not null and client_sent is not null
        group by process, service, sender, protocol, client_seq
    ),
    counting as
    (
        select
            process, service, sender, protocol,
            max(sent_by_then) as sent_by_now,
            toInt64(argMin(sent_by_then, client_seq)) - toInt64(argMin(numbered.arrived, client_seq)) as sent_before,
            sum(numbered.arrived) as arrived,
            toInt64(max(client_seq) - min(client_seq)) + 1 - toInt64(count()) as lost_requests
        from numbered
        group by process, service, sender, protocol
    )
select
    requests.process as process, requests.service as service,
    requests.sender as sender, requests.protocol as protocol,
    arraySort(groupUniqArray(requests.signal)) as signals,
    count() as requests,
    sum(requests.size_bytes) as size_bytes,
    sum(requests.received) as received,
    sum(requests.accepted) as accepted,
    sum(requests.duplicates) as duplicates,
    sum(requests.quarantined) as quarantined,
    sumMap(requests.rejected) as rejected,
    max(requests.client_dropped) as dropped,
    any(counting.sent_by_now) as sent_by_now,
    any(counting.sent_before) as sent_before,
    any(counting.arrived) as arrived,
    any(counting.lost_requests) as lost_requests,
    any(counting.sent_by_now) > 0 as is_counting,
    min(requests.received_ns) as first_ns,
    max(requests.received_ns) as last_ns,
    quantiles(0.5, 0.95)(requests.stored_ns - requests.received_ns) as lag_quantiles_ns,
    -- The freshest record tells most: what is older was held back by the sender.
    max(requests.client_ns - requests.received_ns) as skew_ns
from requests
left join counting using (process, service, sender, protocol)
group by process, service, sender, protocol
order by last_ns desc
limit {limit:UInt32}
