-- What is judged in a project: each name with its type, the most used first.
select
    name, type,
    count() as count,
    avg(value) as average, -- of numbers, and of yes (1) and no (0); null of words
    max(created_ns) as last_ns
from scores final
where project = {project:String}
group by name, type
order by count desc, name, type
limit 1000
