-- How many records a project holds of one trace: whether there is anything.
select
    (select count() from spans final where project = {project:String} and trace_id = {trace_id:String})
    + (select count() from span_parts final where project = {project:String} and trace_id = {trace_id:String})
    + (select count() from traces final where project = {project:String} and trace_id = {trace_id:String}) as records
