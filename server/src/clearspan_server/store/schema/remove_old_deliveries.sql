alter table deliveries delete where project = {project:String} and received_ns < {deliveries_to_ns:Int64} settings mutations_sync = 2
