-- What one call is known by, whoever recorded it: its response id; and, for recorders that know none, a key of their
-- own with the usage, by ten minutes. Who knows both is found under the next ten minutes too, since echoes come later.
alter table spans
    add column if not exists call_key LowCardinality(String) after service_tier,
    add column if not exists call_names Array(String) alias arrayConcat(
        if(response_id = '', [], [response_id]),
        if(call_key = '', [], arrayMap(
            late -> concat(
                call_key, ' ', ifNull(toString(input_tokens), ''), ' ', ifNull(toString(output_tokens), ''), ' ',
                toString(intDiv(start_ns, 600000000000) + late)
            ),
            if(response_id = '', [0], [0, 1])
        ))
    ) after call_key
