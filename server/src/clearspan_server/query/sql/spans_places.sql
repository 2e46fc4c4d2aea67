-- Where the spans of a page are: keys and versions in the order of the page, of old versions, too. `final` would read
-- whole minutes of all that is shown. Who reads on, by spans_at, sees which versions hold.
select trace_id, span_id, version, start_ns, end_ns, total_tokens, total_cost
from spans
where project = {project:String}
    -- The sort key knows minutes: without this line the whole project is read.
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and /*filter*/ true
order by /*order*/ start_ns desc, version desc -- so that a page never ends between a newer version and an older one
limit {limit:UInt32}
