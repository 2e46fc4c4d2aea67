-- Sums by the hour that are too old.
alter table {table:Identifier}
    delete where project = {project:String} and hour < fromUnixTimestamp64Nano({hours_to_ns:Int64}, 'UTC')
settings mutations_sync = 2
