-- The spans of some traces, or some spans of them: their ids, and those that a sender of Langfuse's gave them. Its ids
-- are texts of any form, which stand here for nothing else.
select
    trace_id, span_id, parent_id,
    JSONExtractString(concat('[', attributes['langfuse.trace.id'], ']'), 1) as sent_trace_id,
    JSONExtractString(concat('[', attributes['langfuse.observation.id'], ']'), 1) as sent_span_id,
    -- What it cost by its sender's own account, else as it was computed.
    if(counted, toFloat64(coalesce(nullIf(reported_cost, 0), total_cost)), null) as cost,
    -- Whether it says something of its trace as a whole.
    parent_id = '' or arrayExists(key -> startsWith(key, 'langfuse.trace.'), mapKeys(attributes)) as tells
from spans final
where project = {project:String} and trace_id in {trace_ids:Array(String)}
    and (empty({span_ids:Array(String)}) or parent_id = '' or span_id in {span_ids:Array(String)})
    and start_minute in
    (
        select start_minute from spans where project = {project:String} and trace_id in {trace_ids:Array(String)}
    )
order by start_ns, span_id
limit {limit:UInt32} by trace_id
