-- The log records that hold one of the texts anywhere, or name somebody as the whole value of an attribute.
insert into doomed_rows
select 'logs', toString(record_id)
from logs
where project = {project:String}
    and if(
        {anywhere:Bool},
        multiSearchAnyCaseInsensitiveUTF8(
            concat(
                body, ' ', environment, ' ', event_name, ' ', severity_text, ' ', service, ' ', scope_name, ' ', scope_version, ' ', process, ' ',
                sender, ' ', trace_id, ' ', arrayStringConcat(truncated, ' '), ' ', arrayStringConcat(mapKeys(resource), ' '), ' ',
                arrayStringConcat(mapKeys(attributes), ' '), ' ', arrayStringConcat(mapValues(attributes), ' '), ' ',
                arrayStringConcat(mapValues(resource), ' ')
            ),
            {needles:Array(String)}),
        hasAny(mapValues(attributes), {wholes:Array(String)}) or hasAny(mapValues(resource), {wholes:Array(String)}))
