-- All rows of the traces from a table, whichever version they are of: parts are written anew without them.
alter table {table:Identifier}
    delete where project = {project:String} and trace_id in (select trace_id from doomed)
settings mutations_sync = 2
