-- A page of sessions: their traces in the window, added up. Usage and cost in `traces` are of counted spans.
select /*columns*/ groups.*
from
(
    select
        session_id,
        argMin(user_id, (user_id = '', start_ns, trace_id)) as user_id,
        min(start_ns) as first_seen_ns,
        max(start_ns) as last_seen_ns,
        count() as traces,
        countIf(status in ('error', 'crashed')) as errors,
        countIf(status in ('error', 'crashed')) / count() as error_rate,
        sum(span_count) as spans,
        sum(input_tokens) as input_tokens,
        sum(output_tokens) as output_tokens,
        sum(total_tokens) as total_tokens,
        sum(total_cost) as total_cost,
        sum(unpriced_count) as unpriced_count,
        uniqExactIf(user_id, user_id != '') as users,
        arraySort(groupUniqArrayArray(services)) as services,
        arraySort(groupUniqArrayArray(models)) as models,
        argMin(input_preview, (start_ns, trace_id)) as input_preview,
        argMax(output_preview, (start_ns, trace_id)) as output_preview
    from traces final
    where project = {project:String}
        and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
            and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
        and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
        and session_id != ''
        and /*filter*/ true
    group by session_id
) as groups
where /*after*/ true
order by /*order*/ last_seen_ns desc
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1 -- a filter asks the trace, not the sum of the same name
