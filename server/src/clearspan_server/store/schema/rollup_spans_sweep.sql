-- Every generation but the one that holds: what was replaced, and what a crash left half written.
delete from rollup_spans
where (project, hour, generation) not in (select project, hour, generation from rollup_hours final)
