-- The pieces of a long text that hold some of its bytes, in order. A piece that was stored twice is the same twice.
select start, text, after
from long_texts
where project = {project:String} and trace_id = {trace_id:String} and span_id = {span_id:String}
    and field = {field:String} and hash = {hash:String} and cleaned = {cleaned:UInt32}
    and start >= {first:UInt64} and start < {to:UInt64}
order by start
limit 1 by start
