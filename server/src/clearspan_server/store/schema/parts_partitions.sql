-- How many of the rows of each month of a table go, and how many there are.
select
    _partition_id as partition,
    countIf(project = {project:String} and trace_id in (select trace_id from doomed)) as going,
    count() as held
from {table:Identifier}
group by partition
having going = held
