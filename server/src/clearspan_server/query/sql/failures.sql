-- A page of failures: the window's spans of a category, by fingerprint (store/schema/spans_fingerprint.sql).
with
(
    -- What 95 % of the spans of a kind and name do not take longer than. Only the category `slow` asks for it, and
    -- what nobody asks for is not computed.
    select mapFromArrays(groupArray(concat(kind, ' ', name)), groupArray(pace_ns))
    from
    (
        select kind, name, quantileExact(0.95)(end_ns - start_ns) as pace_ns
        from spans final
        where project = {project:String}
            and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
                and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
            and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
        group by kind, name
        having pace_ns is not null
    )
) as paces_ns
select /*columns*/ groups.*
from
(
    select
        fingerprint,
        argMax(name, start_ns) as name,
        argMax(kind, start_ns) as kind,
        argMax(error_type, start_ns) as error_type,
        argMax(error_class, start_ns) as error_class,
        argMax(substring(error_message, 1, 2000), start_ns) as message,
        count() as count,
        uniqExact(trace_id) as traces,
        uniqExactIf(if(user_id = '', user_of_trace, user_id), user_id != '' or user_of_trace != '') as users,
        min(start_ns) as first_seen_ns,
        max(start_ns) as last_seen_ns,
        arraySort(groupUniqArrayIf(service, service != '')) as services,
        arraySort(groupUniqArrayIf(service_version, service_version != '')) as versions,
        countResample(0, 24, 1)(intDiv(start_ns - {from_ns:Int64}, {step_ns:Int64})) as sparkline,
        argMax((trace_id, span_id), start_ns) as example
    from spans final
    left any join
    (
        -- Senders may name the user on the root alone. A trace that began a day before the window is not looked for.
        select trace_id, user_id as user_of_trace
        from traces final
        where project = {project:String}
            and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC')) - interval 1 day
                and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    ) as traces using (trace_id)
    where project = {project:String}
        and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
            and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
        and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
        and /*filter*/ true
    group by fingerprint
) as groups
where /*after*/ true
order by /*order*/ count desc
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
