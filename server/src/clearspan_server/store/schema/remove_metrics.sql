alter table metrics
    delete where project = {project:String}
        and concat(toString(series), ' ', toString(start_ns), ' ', toString(time_ns)) in (select id from doomed_rows where kind = 'metrics')
settings mutations_sync = 2
