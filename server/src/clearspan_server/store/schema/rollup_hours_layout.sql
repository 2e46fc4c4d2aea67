-- Which columns the rows of a generation have: an hour of an older layout is computed again at the next start.
alter table rollup_hours
    add column if not exists layout UInt8
