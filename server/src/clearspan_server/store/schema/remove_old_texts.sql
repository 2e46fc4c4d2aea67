-- Long texts as old as traces may be whose traces are not there: the engine refused the span, or it was rejected alone.
alter table long_texts
    delete where project = {project:String}
        and received_ns < {to_ns:Int64}
        and trace_id not in (select trace_id from traces where project = {project:String} and trace_id != '')
settings mutations_sync = 2
