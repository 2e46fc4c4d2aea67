-- Traces with their cost, and how many users and sessions they are of: in the window (1) and as long a time before (0).
with read as
(
    select
        toUInt8(start_ns >= {from_ns:Int64}) as period,
        max(sample_weight != 1) as estimated,
        sum(sample_weight) as traces,
        sumIf(sample_weight, status = 'ok') as ok_traces,
        uniqExactStateIf(user_id, user_id != '') as users,
        uniqExactStateIf(session_id, session_id != '') as sessions,
        sum(ifNull(toDecimal128(total_cost, 12), 0) * toDecimal128(sample_weight, 6)) as cost,
        sumIf(ifNull(toDecimal128(total_cost, 12), 0) * toDecimal128(sample_weight, 6), user_id != '') as cost_of_users,
        sumIf(ifNull(toDecimal128(total_cost, 12), 0) * toDecimal128(sample_weight, 6), session_id != '') as cost_of_sessions
    from traces final
    where project = {project:String}
        and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC'))
            and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
        and ({is_raw:Bool} or start_minute in {raw_minutes:Array(DateTime('UTC'))})
        and start_ns >= {before_ns:Int64} and start_ns < {to_ns:Int64}
        and /*filter*/ true
    group by period
    union all
    select
        toUInt8(toUnixTimestamp(hour) * 1000000000 >= {from_ns:Int64}) as period,
        estimated,
        trace_count,
        ok_count,
        users,
        sessions,
        total_cost,
        cost_of_users,
        cost_of_sessions
    from rollup_traces
    where project = {project:String}
        and dimension = ''
        and not {is_raw:Bool}
        and hour >= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC') and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
        and toUnixTimestamp(hour) not in {raw_hours:Array(UInt32)}
        and (hour, generation) in
        (
            select hour, generation
            from rollup_hours final
            where project = {project:String}
                and hour >= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC') and hour < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
        )
)
select
    period,
    max(read.estimated) as estimated,
    sum(read.traces) as traces,
    sum(read.ok_traces) as ok_traces,
    uniqExactMerge(read.users) as users,
    uniqExactMerge(read.sessions) as sessions,
    sum(read.cost) as cost,
    sum(read.cost_of_users) as cost_of_users,
    sum(read.cost_of_sessions) as cost_of_sessions
from read
group by period
settings max_threads = {threads:UInt64}
