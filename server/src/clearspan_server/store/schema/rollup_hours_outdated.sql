-- The hours whose generation was computed without today's columns.
select project, toUnixTimestamp(hour) as hour_s
from rollup_hours final
where layout < {layout:UInt8}
