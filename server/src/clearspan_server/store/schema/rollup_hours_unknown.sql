-- Hours with spans of which no roll-up tells, since they were stored before there were any: as of an older layout, so that
-- they are computed at the start.
insert into rollup_hours (project, hour, generation, layout)
select distinct project, toStartOfHour(start_minute) as hour, 0 as generation, 0 as layout
from spans
where (project, hour) not in (select project, hour from rollup_hours)
