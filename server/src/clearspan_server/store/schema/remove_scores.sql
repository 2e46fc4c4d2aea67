alter table scores
    delete where project = {project:String}
        and (trace_id in (select trace_id from doomed) or score_id in (select id from doomed_rows where kind = 'scores'))
settings mutations_sync = 2
