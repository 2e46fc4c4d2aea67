-- A page of scores, newest first; a condition that is not asked for is empty, and the engine folds it away.
select
    score_id, trace_id, span_id, session_id, name, type, value, text, source, author, comment,
    environment, metadata, experiment_id, created_ns
from scores final
where project = {project:String}
    and ({trace_id:String} = '' or trace_id = {trace_id:String})
    and ({span_id:String} = '' or span_id = {span_id:String})
    and ({session_id:String} = '' or session_id = {session_id:String})
    and ({name:String} = '' or name = {name:String})
    and (empty({experiment_ids:Array(String)}) or experiment_id in {experiment_ids:Array(String)})
    and ({environment:String} = '' or environment = {environment:String})
    and ({source:String} = '' or source = {source:String})
    and ({type:String} = '' or type = {type:String})
    and (empty({score_ids:Array(String)}) or score_id in {score_ids:Array(String)})
    and (empty({trace_ids:Array(String)}) or trace_id in {trace_ids:Array(String)})
    and created_ns >= {from_ns:Int64} and created_ns < {to_ns:Int64}
    -- Behind the last row of the page before.
    and (created_ns, score_id) < ({after_ns:Int64}, {after_id:String})
order by created_ns desc, score_id desc
limit {limit:UInt32}
