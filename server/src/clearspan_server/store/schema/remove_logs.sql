alter table logs
    delete where project = {project:String}
        and (trace_id in (select trace_id from doomed) or toString(record_id) in (select id from doomed_rows where kind = 'logs'))
settings mutations_sync = 2
