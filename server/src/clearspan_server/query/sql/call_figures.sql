-- What was recorded of calls of this server's own, each of which is a trace: their spans in order of start.
select
    trace_id, span_id, status, input_tokens, output_tokens, total_cost,
    end_ns - start_ns as duration_ns, ttft_ns, usage_source
from spans final
where project = {project:String} and trace_id in {trace_ids:Array(String)} and parent_id = ''
    -- As in trace_spans.sql: the bloom filter finds the minutes, and the sort key the spans.
    and start_minute in
    (
        select start_minute from spans where project = {project:String} and trace_id in {trace_ids:Array(String)}
    )
order by start_ns, span_id
limit {limit:UInt32}
