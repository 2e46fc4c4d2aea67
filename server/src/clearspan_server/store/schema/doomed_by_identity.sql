-- The traces that were done for somebody, by any record of any of their spans, also one that was replaced since.
insert into doomed
select distinct trace_id
from
(
    select trace_id
    from spans
    where project = {project:String}
        and multiIf({field:String} = 'user_id', user_id, {field:String} = 'customer_id', customer_id, session_id)
            in (select id from doomed_rows where kind = 'name')
    union all
    select trace_id
    from span_parts
    where project = {project:String}
        and JSONExtractString(data, {field:String}) in (select id from doomed_rows where kind = 'name')
)
