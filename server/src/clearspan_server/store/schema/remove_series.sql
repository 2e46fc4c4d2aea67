-- What is known of series of metrics of which no point is left.
alter table {table:Identifier}
    delete where project = {project:String} and (name, series) not in (select name, series from metrics where project = {project:String})
settings mutations_sync = 2
