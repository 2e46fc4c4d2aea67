-- Parts of a project that others have taken the place of; what is not deleted here would be folded in again.
alter table span_parts delete
where project = {project:String} and trace_id in {trace_ids:Array(String)} and part_id in {part_ids:Array(UInt64)}
settings mutations_sync = 1
