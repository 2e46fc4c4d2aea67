-- The scores of a window, as they hold.
select *
from scores final
where project = {project:String} and created_ns >= {from_ns:Int64} and created_ns < {to_ns:Int64}
