-- Rollups: sums of spans by the hour, which outlive them; quick over months.
select
    hour, -- its beginning, UTC
    service, -- service.name of the sender
    environment, -- such as production
    kind, -- of the spans
    name, -- of the spans
    provider, -- of model calls
    model, -- of model calls
    feature, -- of the application
    customer_id, -- whose account
    span_count, -- weighted, as all that follows
    error_count, -- failed
    cancelled_count, -- cancelled
    input_tokens, -- of counted spans
    output_tokens, -- of counted spans
    total_tokens, -- of counted spans
    cache_read_tokens, -- part of input
    cache_write_tokens, -- part of input
    reasoning_tokens, -- part of output
    input_cost, -- US dollars
    output_cost, -- US dollars
    total_cost, -- US dollars
    unpriced_count, -- model calls without a price
    finalizeAggregation(duration_ns)[1] / 1e6 as duration_p50_ms, -- of this row's spans; cannot be added up
    finalizeAggregation(duration_ns)[3] / 1e6 as duration_p95_ms, -- of this row's spans; cannot be added up
    finalizeAggregation(duration_ns)[4] / 1e6 as duration_p99_ms -- of this row's spans; cannot be added up
from rollups
where project = {project:String}
    -- Of an hour the newest generation holds.
    and (hour, generation) in (select hour, generation from rollup_hours final where project = {project:String})
