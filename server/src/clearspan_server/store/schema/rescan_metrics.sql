-- The points of a stretch of time, each as often as it is stored, with what tells a row from another of its key.
select
    *,
    hex(sipHash128(
        name, series, start_ns, time_ns, description, unit, detail, mapKeys(attributes), mapValues(attributes),
        mapKeys(resource), mapValues(resource), scope_name, scope_version, service, sender, process, truncated
    )) as stored_as
from metrics
where project = {project:String}
    and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and time_ns >= {from_ns:Int64} and time_ns < {to_ns:Int64}
