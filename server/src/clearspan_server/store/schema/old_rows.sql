-- How much is as old, beside traces: of logs, scores and long texts what belongs to no trace that stays.
select 'logs' as name, uniqExact(record_id) as rows from logs
where project = {project:String} and time_ns < {to_ns:Int64}
    and trace_id not in (select trace_id from traces where project = {project:String} and trace_id != '' and trace_id not in (select trace_id from doomed))
    and trace_id not in (select trace_id from doomed)
union all
select 'scores', uniqExact(score_id) from scores
where project = {project:String} and created_ns < {to_ns:Int64}
    and trace_id not in (select trace_id from traces where project = {project:String} and trace_id != '' and trace_id not in (select trace_id from doomed))
    and trace_id not in (select trace_id from doomed)
union all
select 'long_texts', uniqExact(trace_id, span_id, field, hash) from long_texts
where project = {project:String} and received_ns < {to_ns:Int64}
    and trace_id not in (select trace_id from traces where project = {project:String} and trace_id != '' and trace_id not in (select trace_id from doomed))
    and trace_id not in (select trace_id from doomed)
union all
select 'metrics', uniqExact(series, start_ns, time_ns) from metrics where project = {project:String} and time_ns < {to_ns:Int64}
union all
select 'deliveries', uniqExact(seq) from deliveries where project = {project:String} and received_ns < {deliveries_to_ns:Int64}
union all
select 'hours', uniqExact(hour) from rollup_hours where project = {project:String} and hour < fromUnixTimestamp64Nano({hours_to_ns:Int64}, 'UTC')
