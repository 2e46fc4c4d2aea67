-- The traces that a rule is about and that started before its moment. With a `share` those stay that failed, were slow,
-- were judged or noted on, and of the others so many of 10 000, by a hash of their ids: the same in every night.
insert into doomed
select trace_id
from traces final
where project = {project:String}
    and start_minute <= toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and not ({share:UInt32} > 0 and (
        status in ('error', 'crashed') or error_count > 0
        or ifNull(end_ns - start_ns, 0) >= {slow_ns:Int64}
        or trace_id in (select id from doomed_rows where kind = 'noted')
        or trace_id in (select trace_id from scores final where project = {project:String})
        or sipHash64(trace_id) % 10000 < {share:UInt32} - 1
    ))
    and trace_id not in (select trace_id from doomed)
    and /*filter*/ true
