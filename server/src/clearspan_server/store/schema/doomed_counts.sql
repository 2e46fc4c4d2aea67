-- How much goes, each record once however often it was stored.
select 'traces' as name, uniqExact(trace_id) as rows from traces where project = {project:String} and trace_id in (select trace_id from doomed)
union all
select 'spans', uniqExact(trace_id, span_id) from spans where project = {project:String} and trace_id in (select trace_id from doomed)
union all
select 'span_parts', uniqExact(trace_id, span_id, part, part_id) from span_parts where project = {project:String} and trace_id in (select trace_id from doomed)
union all
select 'long_texts', uniqExact(trace_id, span_id, field, hash) from long_texts where project = {project:String} and trace_id in (select trace_id from doomed)
union all
select 'responses', uniqExact(response_id, trace_id, span_id) from responses where project = {project:String} and trace_id in (select trace_id from doomed)
union all
select 'logs', uniqExact(record_id) from logs
where project = {project:String} and (trace_id in (select trace_id from doomed) or toString(record_id) in (select id from doomed_rows where kind = 'logs'))
union all
select 'metrics', uniqExact(series, start_ns, time_ns) from metrics
where project = {project:String} and concat(toString(series), ' ', toString(start_ns), ' ', toString(time_ns)) in (select id from doomed_rows where kind = 'metrics')
union all
select 'scores', uniqExact(score_id) from scores
where project = {project:String} and (trace_id in (select trace_id from doomed) or score_id in (select id from doomed_rows where kind = 'scores'))
