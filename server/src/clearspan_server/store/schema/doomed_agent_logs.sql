-- The log events that the traces of coding agents were made of: they would make them again.
insert into doomed_rows
select 'logs', toString(record_id)
from logs
inner join
(
    select trace_id as its_trace, concat('"', session_id, '"') as session, min(start_ns) as first_ns, max(ifNull(end_ns, start_ns)) as last_ns
    from spans
    where project = {project:String} and trace_id in (select trace_id from doomed)
        and session_id != '' and dialect in ('claude_code', 'codex')
    group by its_trace, session
) as turns on if(mapContains(attributes, 'conversation.id'), attributes['conversation.id'], attributes['session.id']) = turns.session
where project = {project:String}
    and time_ns between turns.first_ns and turns.last_ns
