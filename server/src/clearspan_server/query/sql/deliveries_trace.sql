-- What is stored of one trace, in one row.
select
    count() as spans,
    countIf(end_ns is null) as open_spans,
    countIf(parent_id != '' and parent_id not in (
        select span_id from spans final where project = {project:String} and trace_id = {trace_id:String}
    )) as missing_parents,
    min(received_ns) as first_received_ns,
    max(received_ns) as last_received_ns,
    arraySort(groupUniqArrayIf(process, process != '')) as processes,
    arraySort(groupUniqArrayIf(service, service != '')) as services
from spans final
where project = {project:String} and trace_id = {trace_id:String}
