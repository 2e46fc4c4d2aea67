-- Response ids that more than one trace carries, with these traces.
select project, response_id, groupUniqArray(trace_id) as trace_ids
from responses
where project in {projects:Array(String)} and response_id in {response_ids:Array(String)}
group by project, response_id
-- What a hundred traces share is no id of a response.
having length(trace_ids) between 2 and 100
