-- What a price follows from, and what is stored of it, without any body.
select project, trace_id, span_id, start_ns, name, provider, request_model, response_model, service_tier,
    input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens,
    audio_input_tokens, audio_output_tokens, usage_other,
    input_cost, output_cost, total_cost, cost_by_class, price_version, counted
from spans final
where project = {project:String}
    and start_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and start_ns >= {from_ns:Int64} and start_ns < {to_ns:Int64}
    and (input_tokens is not null or output_tokens is not null)
order by start_ns -- what is written together lies together
