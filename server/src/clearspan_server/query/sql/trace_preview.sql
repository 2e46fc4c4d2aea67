-- What went into and came out of one span of a trace, in short; its start says where in the sort key it is.
select input_preview, output_preview
from spans final
where project = {project:String}
    and start_minute = toStartOfMinute(fromUnixTimestamp64Nano({start_ns:Int64}, 'UTC'))
    and trace_id = {trace_id:String} and span_id = {span_id:String}
limit 1
