-- Values that a metric's points were given as examples, with the spans that they were measured in, newest first. A
-- cumulative point brings the same ones again.
with arrayJoin(JSONExtractArrayRaw(detail, 'exemplars')) as exemplar
select
    JSONExtractInt(exemplar, 'time_ns') as at_ns,
    JSONExtractFloat(exemplar, 'value') as value,
    JSONExtractString(exemplar, 'trace_id') as trace_id,
    JSONExtractString(exemplar, 'span_id') as span_id
from metrics
where project = {project:String} and name = {name:String}
    and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC')) + interval 1 day
    and position(detail, '"trace_id":"') > 0
    and series in {series:Array(UInt64)}
    and trace_id != '' and at_ns >= {from_ns:Int64} and at_ns < {to_ns:Int64}
order by at_ns desc
limit 1 by trace_id, span_id, at_ns
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1
