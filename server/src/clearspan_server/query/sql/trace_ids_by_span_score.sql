-- The spans of which a score fulfils the filter, by both of their ids.
select trace_id, span_id from scores final where project = {project:String} and /*filter*/ true
