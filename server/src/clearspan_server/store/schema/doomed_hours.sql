-- The hours whose sums change when they go.
select distinct toUnixTimestamp(toStartOfHour(minute)) as hour_s
from
(
    select start_minute as minute from spans where project = {project:String} and trace_id in (select trace_id from doomed)
    union all
    select start_minute as minute from traces where project = {project:String} and trace_id in (select trace_id from doomed)
)
