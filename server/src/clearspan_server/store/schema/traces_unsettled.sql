-- Traces that are not settled when a server starts: open ones of processes, and ended ones that nobody was told of.
-- What nothing came of for a week is left as it is, so that this does not read the whole table.
select project, trace_id, state, processes, received_ns, finished_ns
from traces final
where received_ns >= {week_ns:Int64}
    and (notEmpty(processes) or (state = 'ended' and received_ns >= {told_ns:Int64}))
