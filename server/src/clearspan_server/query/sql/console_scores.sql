-- Scores: one row a judgement of a trace, a span or a session.
select
    score_id, -- as sent, or made up
    trace_id, -- empty for one of a session
    span_id, -- empty for one of a whole trace
    session_id, -- of one of a session
    name, -- what is judged
    type, -- numeric, category, boolean, text
    value, -- of numeric and boolean ones
    text, -- of categories and texts
    source, -- api, sdk, ui, evaluator
    author, -- who judged
    comment, -- why
    environment, -- such as production
    fromUnixTimestamp64Nano(created_ns, 'UTC') as created_time -- UTC
from scores final
where project = {project:String}
