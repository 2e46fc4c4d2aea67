-- The spans of one trace that say something in a text of theirs, whole, in order of start; texts that are too long for a
-- span lie beside it. Everywhere, or in what was `said` alone.
select span_id
from spans final
where project = {project:String} and trace_id = {trace_id:String}
    and (
        multiSearchAnyCaseInsensitiveUTF8(
            concat(
                input, '\n', output, '\n', error_message, '\n', retrieval_query, '\n', documents, '\n',
                tool_arguments, '\n', tool_result, '\n', tool_definitions
            ),
            {needles:Array(String)})
        or {everywhere:Bool} and multiSearchAnyCaseInsensitiveUTF8(
            concat(
                error_stack, '\n', parameters, '\n', events, '\n', attributes_overflow, '\n',
                arrayStringConcat(mapValues(attributes), '\n')
            ),
            {needles:Array(String)})
        or span_id in (
            select span_id
            from long_texts
            where project = {project:String} and trace_id = {trace_id:String}
                and ({everywhere:Bool} or field in {said:Array(String)})
                and multiSearchAnyCaseInsensitiveUTF8(concat(text, after), {needles:Array(String)})
        )
    )
order by start_ns, span_id
limit {limit:UInt64}
