-- Spans, traces, usage and cost by day, in UTC, the newest first; of each day as a whole (is_total) and by model.
-- Tokens and money are of counted spans, money by their sender's own account where there is one.
select
    intDiv(start_ns, 86400000000000) as day,
    toString(if(response_model != '', response_model, request_model)) as model,
    toUInt8(grouping(model)) as is_total,
    count() as spans,
    uniqExact(trace_id) as traces,
    sumIf(ifNull(spans.input_tokens, 0), counted) as input_tokens,
    sumIf(ifNull(spans.output_tokens, 0), counted) as output_tokens,
    sumIf(ifNull(spans.total_tokens, 0), counted) as total_tokens,
    sumIf(ifNull(toDecimal128(coalesce(nullIf(spans.reported_cost, 0), spans.total_cost), 12), 0), counted) as cost
from spans final
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and /*filter*/ true
group by grouping sets ((day), (day, model))
order by day desc, is_total desc, cost desc, model
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1 -- a filter asks the span, not the sum of the same name
