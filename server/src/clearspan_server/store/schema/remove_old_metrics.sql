alter table metrics delete where project = {project:String} and time_ns < {to_ns:Int64} settings mutations_sync = 2
