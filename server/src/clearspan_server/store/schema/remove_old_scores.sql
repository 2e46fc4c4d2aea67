-- Scores as old as traces may be, but for those of traces that stay: of sessions, and of traces that never came.
alter table scores
    delete where project = {project:String}
        and created_ns < {to_ns:Int64}
        and trace_id not in (select trace_id from traces where project = {project:String} and trace_id != '')
settings mutations_sync = 2
