-- The minutes in which spans of a few traces start, old versions included, in seconds since the epoch.
select distinct toUnixTimestamp(start_minute) as minute_s
from spans
where project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
