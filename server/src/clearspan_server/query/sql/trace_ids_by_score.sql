-- The traces of which, or of one span of which, a score fulfils the filter.
select trace_id from scores final where project = {project:String} and /*filter*/ true
