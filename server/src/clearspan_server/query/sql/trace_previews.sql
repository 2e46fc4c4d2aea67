-- What went into and came out of the spans of one trace, in short, in the order of trace_outline.
select span_id, input_preview, output_preview
from spans final
where project = {project:String} and trace_id = {trace_id:String}
    -- As in trace_spans.
    and start_minute in
    (
        select start_minute from spans where project = {project:String} and trace_id = {trace_id:String}
    )
order by start_ns, span_id
limit {limit:UInt32}
