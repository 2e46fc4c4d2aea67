-- The ledger keeps its counts, of a sender without a name.
alter table deliveries
    update
        process = if(process in (select id from doomed_rows where kind = 'name'), '', process),
        service = if(service in (select id from doomed_rows where kind = 'name'), '', service),
        sender = if(sender in (select id from doomed_rows where kind = 'name'), '', sender)
    where project = {project:String}
        and (process in (select id from doomed_rows where kind = 'name')
            or service in (select id from doomed_rows where kind = 'name')
            or sender in (select id from doomed_rows where kind = 'name'))
settings mutations_sync = 2
