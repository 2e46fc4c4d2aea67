-- The spans of some traces, each trace in order of start, and about how many bytes each of them holds, with what lies
-- whole beside it: a note of a cut says how long that is (model/long_text.py), and whoever made one up not too much.
select
    trace_id, span_id,
    length(input) + length(output) + length(documents) + length(events) + length(attributes_overflow)
        + length(tool_definitions) + length(tool_arguments) + length(tool_result)
        + arraySum(value -> length(value), mapValues(attributes))
        + arraySum(note -> least(toUInt64OrZero(extract(note, ':([0-9]+):[a-p]+$')), 1000000000), truncated)
        as bytes
from spans final
where project = {project:String} and trace_id in {trace_ids:Array(String)}
    -- As in trace_spans.sql: the bloom filter finds the minutes, and the sort key the spans.
    and start_minute in
    (
        select start_minute from spans where project = {project:String} and trace_id in {trace_ids:Array(String)}
    )
order by trace_id, start_ns, span_id
