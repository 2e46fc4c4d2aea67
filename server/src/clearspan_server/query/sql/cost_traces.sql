-- Traces with their cost, and how many users and sessions they are of: in the window (1) and as long a time before (0).
select
    toUInt8(start_ns >= {from_ns:Int64}) as period,
    max(sample_weight != 1) as estimated,
    sum(sample_weight) as traces,
    sumIf(sample_weight, status = 'ok') as ok_traces,
    uniqExactIf(user_id, user_id != '') as users,
    uniqExactIf(session_id, session_id != '') as sessions,
    sum(toDecimal128(total_cost, 12) * toDecimal128(sample_weight, 6)) as cost,
    sumIf(toDecimal128(total_cost, 12) * toDecimal128(sample_weight, 6), user_id != '') as cost_of_users,
    sumIf(toDecimal128(total_cost, 12) * toDecimal128(sample_weight, 6), session_id != '') as cost_of_sessions
from traces final
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {before_ns:Int64} and start_ns < {to_ns:Int64}
    and /*filter*/ true
group by period
