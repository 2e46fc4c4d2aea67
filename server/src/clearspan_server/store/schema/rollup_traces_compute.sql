-- Some hours of a project under a new generation, from its traces: all of them, and those of each bin of latency and of
-- tokens.
insert into rollup_traces
(
    project, dimension, hour, generation, since, low,
    estimated, trace_count, ok_count, error_count, cancelled_count, span_count,
    total_cost, cost_of_users, cost_of_sessions,
    duration_sum_ns, duration_count, duration_ns, users, sessions
)
with
    -- Open traces have no end: they are counted, but have no latency yet.
    arraySort(groupArrayIf(took_ns, has_ended and dimension = '')) as durations_ns
select
    {project:String} as project,
    named.1 as dimension,
    toStartOfHour(at_minute) as hour,
    {generation:UInt64} as generation,
    if(dimension = '', toStartOfFifteenMinutes(at_minute), hour) as since,
    named.2 as low,
    max(weight != 1),
    sum(weight),
    sumIf(weight, its_status = 'ok'),
    sumIf(weight, its_status in ('error', 'crashed')),
    sumIf(weight, its_status = 'cancelled'),
    sum(spans * weight),
    sum(cost),
    sumIf(cost, user != ''),
    sumIf(cost, session != ''),
    sum(took_ns),
    length(durations_ns),
    arrayMap(rank -> durations_ns[toUInt32(floor(rank * length(durations_ns))) + 1], if(empty(durations_ns), [], {ranks:Array(Float64)})),
    uniqExactStateIf(user, user != '' and dimension = ''),
    uniqExactStateIf(session, session != '' and dimension = '')
from
(
    select
        start_minute as at_minute,
        sample_weight as weight,
        status as its_status,
        span_count as spans,
        ifNull(toDecimal128(total_cost, 12), 0) * toDecimal128(weight, 6) as cost,
        user_id as user,
        session_id as session,
        end_ns is not null as has_ended,
        ifNull(end_ns, start_ns) - start_ns as took_ns,
        arrayConcat(
            [('', toInt64(0))],
            if(has_ended, [('latency', roundDown(took_ns, {latency_bounds:Array(Int64)}))], []),
            if(total_tokens is null, [], [('tokens', roundDown(toInt64(assumeNotNull(total_tokens)), {token_bounds:Array(Int64)}))])
        ) as names
    from traces final
    where project = {project:String}
        and start_minute in {minutes:Array(DateTime('UTC'))}
)
array join names as named
group by dimension, hour, since, low
settings
    do_not_merge_across_partitions_select_final = 1,
    max_threads = 1,
    max_bytes_before_external_group_by = 268435456
