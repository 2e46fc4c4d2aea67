-- What is measured of scores, by what tells them apart and what they judge; the order is of the whole answer, which is
-- short. Traces and spans are read only where something of them is asked for.
with judged as
(
    select trace_id, span_id, session_id, name, type, source, environment, value, text, created_ns as start_ns
    from scores final
    where project = {project:String}
        and created_ns >= {from_ns:Int64} and created_ns < {to_ns:Int64}
        and type in {types:Array(String)}
)
select /*keys*/ name as key_0, /*measures*/ count() as measure_0
from judged
left any join
(
    select
        trace_id, name as trace_name, release as trace_release, tags as trace_tags, user_id as trace_user,
        session_id as trace_session
    from traces final
    where {of_traces:Bool} and project = {project:String} and trace_id in (select trace_id from judged)
) as told using (trace_id)
left any join
(
    select
        trace_id, span_id, name as span_name, prompt_name, prompt_version,
        if(response_model != '', response_model, request_model) as model
    from spans final
    where {of_spans:Bool} and project = {project:String}
        and trace_id in (select trace_id from judged where span_id != '')
        and start_minute in
        (
            select start_minute from spans where project = {project:String}
                and trace_id in (select trace_id from judged where span_id != '')
        )
) as called using (trace_id, span_id)
where /*filter*/ true
group by /*names*/ key_0
limit {limit:UInt32}
