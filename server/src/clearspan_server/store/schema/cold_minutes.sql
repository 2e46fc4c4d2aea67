-- How many records each minute of a month has, and how many bytes their texts.
select
    toUnixTimestamp(start_minute) as minute_s,
    count() as records,
    sum(
        byteSize(
            input, output, documents, tool_definitions, tool_arguments, tool_result, error_stack, events, links,
            attributes, attributes_overflow
        )
    ) as bytes
from spans
where project = {project:String} and toYYYYMM(start_minute) = {month:UInt32}
group by minute_s
order by minute_s
