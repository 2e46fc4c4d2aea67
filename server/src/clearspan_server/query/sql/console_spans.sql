-- Spans: one row a model call, tool call, retrieval, agent step or other piece of work.
select
    trace_id, -- 32 hexadecimal digits
    span_id, -- 16 hexadecimal digits
    parent_id, -- the span that this one is in; empty for a root
    start_minute, -- the minute of the start: rows lie by it, so a condition on it makes a question quick
    fromUnixTimestamp64Nano(start_ns, 'UTC') as start_time, -- UTC, to the nanosecond
    fromUnixTimestamp64Nano(end_ns, 'UTC') as end_time, -- null while it is open
    (end_ns - start_ns) / 1e6 as duration_ms, -- null while it is open
    ttft_ns / 1e6 as ttft_ms, -- to the first token of a streamed answer
    name, -- what the sender calls it
    kind, -- llm, embedding, retriever, reranker, tool, agent, chain, guardrail, evaluator, http, db, other
    status, -- ok, error, cancelled, open, crashed
    error_type, -- as sent
    error_class, -- rate_limit, overloaded, auth, invalid, context_length, content_filter, timeout, connection, …
    error_message, -- as sent
    service, -- service.name of the sender
    service_version, -- service.version
    environment, -- such as production
    release, -- of the application
    user_id, -- whom the work was for
    customer_id, -- whose account
    session_id, -- the conversation
    turn_id, -- within the conversation
    run_id, -- of a framework
    step_index, -- within a run
    step_type, -- within a run
    attempt, -- 1 for the first try
    retry_of, -- the span that was tried again
    tags, -- a list
    feature, -- of the application
    experiment, -- that the call was part of
    variant, -- of the experiment
    prompt_name, -- of a managed prompt
    prompt_version, -- of a managed prompt
    agent_name, -- which agent
    provider, -- who served the model
    operation, -- such as chat
    request_model, -- as asked
    response_model, -- as answered
    parameters, -- of the call, as JSON
    finish_reason, -- stop, length, tool_calls, content_filter, …
    streamed, -- whether the answer came in pieces
    input_tokens, -- cached ones included; null when nobody said
    output_tokens, -- reasoning included; null when nobody said
    total_tokens, -- input and output
    cache_read_tokens, -- part of input
    cache_write_tokens, -- part of input
    reasoning_tokens, -- part of output
    input_cost, -- US dollars
    output_cost, -- US dollars
    total_cost, -- US dollars; null without a price
    counted, -- whether usage and cost count: add up only these, else calls count twice
    sample_weight, -- how many spans this one stands for
    input, -- messages as JSON; reading it is slow
    output, -- messages as JSON; reading it is slow
    input_preview, -- the beginning of the input
    output_preview, -- the beginning of the output
    retrieval_query, -- of a retriever
    documents, -- of a retriever, as JSON
    tool_name, -- of a tool call
    tool_arguments, -- as JSON
    tool_result, -- as JSON or text
    attributes, -- by key; each value is JSON, so a text has quotes
    attributes_number, -- by key, those that are numbers
    resource, -- of the process, by key; each value is JSON
    scope_name, -- the library that recorded it
    events, -- as JSON
    fromUnixTimestamp64Nano(received_ns, 'UTC') as received_time, -- when it came
    sender -- which client sent it
from spans final
where project = {project:String}
