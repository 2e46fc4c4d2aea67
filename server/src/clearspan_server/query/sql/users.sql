-- A page of users: their traces in the window, added up. Usage and cost in `traces` are of counted spans.
select /*columns*/ groups.*
from
(
    select
        user_id,
        uniqExactIf(session_id, session_id != '') as sessions,
        count() as traces,
        countIf(status in ('error', 'crashed')) as errors,
        countIf(status in ('error', 'crashed')) / count() as error_rate,
        sum(input_tokens) as input_tokens,
        sum(output_tokens) as output_tokens,
        sum(total_tokens) as total_tokens,
        sum(total_cost) as total_cost,
        sum(unpriced_count) as unpriced_count,
        min(start_ns) as first_seen_ns,
        max(start_ns) as last_seen_ns,
        arraySort(groupUniqArrayArray(services)) as services,
        arraySort(groupUniqArrayArray(models)) as models
    from traces final
    where project = {project:String}
        and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
            and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
        and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
        and user_id != ''
        and /*filter*/ true
    group by user_id
) as groups
where /*after*/ true
order by /*order*/ last_seen_ns desc
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1 -- a filter asks the trace, not the sum of the same name
