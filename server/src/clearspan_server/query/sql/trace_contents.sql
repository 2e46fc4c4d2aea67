-- The bodies of some spans of one trace, in order of start. The first comes whatever its size; of the others those
-- that fit into the bytes. `found` says how many there would be.
select * except (size, bytes, place)
from
(
    select
        span_id, input, output, retrieval_query, documents, tool_definitions, tool_arguments, tool_result,
        truncated,
        length(input) + length(output) + length(documents) + length(tool_definitions)
            + length(tool_arguments) + length(tool_result) as size,
        sum(size) over (order by start_ns, span_id rows between unbounded preceding and current row) as bytes,
        row_number() over (order by start_ns, span_id) as place,
        count() over () as found
    from spans final
    where project = {project:String} and trace_id = {trace_id:String} and span_id in {span_ids:Array(String)}
)
where place = 1 or bytes <= {max_bytes:UInt64}
order by place
