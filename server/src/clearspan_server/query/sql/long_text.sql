-- The newest form of a long text: a rescan writes one without what the rules of now find, and then removes the others.
select max(cleaned) as newest, argMax(size_bytes, cleaned) as size_bytes
from long_texts
where project = {project:String} and trace_id = {trace_id:String} and span_id = {span_id:String}
    and field = {field:String} and hash = {hash:String}
having count() > 0
