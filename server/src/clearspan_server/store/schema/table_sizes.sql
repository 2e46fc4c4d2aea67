-- What each table takes on disk; parts that merges have replaced go within minutes and are not counted.
select table as name, sum(rows) as held_rows, sum(bytes_on_disk) as size_bytes
from system.parts
where active and database = currentDatabase()
group by name
order by size_bytes desc, name
