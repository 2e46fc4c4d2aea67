-- The points of metrics that hold one of the texts anywhere, or name somebody as the whole value of a label, or whose
-- exemplars lead to a trace that goes.
insert into doomed_rows
select 'metrics', concat(toString(series), ' ', toString(start_ns), ' ', toString(time_ns))
from metrics
where project = {project:String}
    and (if(
        {anywhere:Bool},
        multiSearchAnyCaseInsensitiveUTF8(
            concat(
                name, ' ', description, ' ', unit, ' ', detail, ' ', service, ' ', scope_name, ' ', scope_version, ' ', process, ' ',
                sender, ' ', arrayStringConcat(truncated, ' '), ' ', arrayStringConcat(mapKeys(resource), ' '), ' ',
                arrayStringConcat(mapKeys(attributes), ' '), ' ', arrayStringConcat(mapValues(attributes), ' '), ' ',
                arrayStringConcat(mapValues(resource), ' ')
            ),
            {needles:Array(String)}),
        hasAny(mapValues(attributes), {wholes:Array(String)}) or hasAny(mapValues(resource), {wholes:Array(String)}))
    or detail != '' and hasAny(extractAll(detail, '[0-9a-f]{32}'), (select groupArray(trace_id) from doomed)))
