-- Parts that were replaced and are still on disk.
select count() as parts
from system.parts
where not active and database = currentDatabase() and table in {tables:Array(String)}
