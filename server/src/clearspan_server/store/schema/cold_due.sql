-- The months before a moment of which spans are in the engine, with how many, but for those that go.
select toYYYYMM(start_minute) as month, count() as spans
from spans final
where project = {project:String}
    and start_minute < fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')
    and trace_id not in (select trace_id from doomed)
group by month
order by month
