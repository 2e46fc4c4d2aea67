-- A page of traces. One row a trace is kept ready (store/schema/traces.sql): no span and no body is read.
select
    trace_id, name, kind, status, state, start_ns, end_ns, error_type,
    substringUTF8(error_message, 1, 500) as error_message, -- a row shows its beginning; a stack may have come as one
    services, environment, release, user_id, session_id, tags, feature, sample_weight, providers, models,
    span_count, error_count, open_count, llm_count, tool_count,
    input_tokens, output_tokens, total_tokens, total_cost, unpriced_count,
    input_preview, output_preview, received_ns, processes
from traces final
where project = {project:String}
    -- The sort key knows minutes: without this line the whole project is read.
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and /*filter*/ true
order by /*order*/ start_ns desc
limit {limit:UInt32}
settings prefer_column_name_to_alias = 1 -- a filter asks the whole message
