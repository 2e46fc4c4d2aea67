-- The rows of `traces` for the given trace ids, computed from their spans in one scan, and what calls for a
-- second look: spans under two sort keys, usage that may count twice, response ids.
with
    -- The root, else the span whose parent is in another process, else the earliest:
    -- a trace whose root has not come yet is shown all the same. Clocks are coarse: the id decides between equals.
    (multiIf(parent_id = '', 0, parent_remote, 1, 2), start_ns, span_id) as rank,
    input_tokens is not null or output_tokens is not null as has_usage,
    counted and has_usage as pays,
    -- Until its root has come and ended, a trace is open and has no end.
    if(countIf(parent_id = '' or parent_remote) = 0, 'open', argMin(status, rank)) as its_status,
    toUInt32(countIf(status = 'open')) as its_open_count,
    -- Those whose silence would end it.
    arraySort(groupUniqArrayIf(process, status = 'open' and process != '')) as its_processes
select
    project,
    trace_id,
    argMin(name, rank) as name,
    argMin(kind, rank) as kind,
    its_status as status,
    multiIf(
        its_status not in ('open', 'crashed'), 'ended',
        its_status = 'crashed' or (its_open_count = 0 and countIf(status = 'crashed') > 0), 'crashed',
        hasAny(its_processes, {silent:Array(String)}), 'stalled',
        'open'
    ) as state,
    its_open_count as open_count,
    its_processes as processes,
    min(start_ns) as start_ns,
    max(start_ns) as last_start_ns,
    if(its_status in ('open', 'crashed'), null, max(end_ns)) as end_ns,
    -- The root's own error, else the first error below it.
    argMinIf(error_type, rank, status = 'error') as error_type,
    argMinIf(error_message, rank, status = 'error') as error_message,
    arraySort(groupUniqArrayIf(service, service != '')) as services,
    argMin(environment, (environment = '', rank)) as environment,
    argMin(release, (release = '', rank)) as release,
    argMin(user_id, (user_id = '', rank)) as user_id,
    argMin(session_id, (session_id = '', rank)) as session_id,
    arraySort(groupUniqArrayArray(tags)) as tags,
    argMin(feature, (feature = '', rank)) as feature,
    argMin(sample_weight, rank) as sample_weight,
    arraySort(groupUniqArrayIf(provider, provider != '' and kind in ('llm', 'embedding'))) as providers,
    arraySort(groupUniqArrayIf(if(response_model != '', response_model, request_model), (request_model != '' or response_model != '') and kind in ('llm', 'embedding'))) as models,
    arraySort(groupUniqArray(kind)) as kinds,
    if(length(groupUniqArray(101)(name)) > 100, [], arraySort(groupUniqArray(101)(name))) as span_names,
    toUInt32(count()) as span_count,
    toUInt32(countIf(status = 'error')) as error_count,
    toUInt32(countIf(kind = 'llm' and counted)) as llm_count,
    toUInt32(countIf(kind = 'tool')) as tool_count,
    sumOrNullIf(input_tokens, pays) as input_tokens,
    sumOrNullIf(output_tokens, pays) as output_tokens,
    sumOrNullIf(total_tokens, pays) as total_tokens,
    cast(sumOrNullIf(total_cost, pays), 'Nullable(Decimal(38, 12))') as total_cost,
    toUInt32(countIf(pays and total_cost is null)) as unpriced_count,
    argMin(input_preview, (input_preview = '', rank)) as input_preview,
    -- What a failed trace had in hand when it failed, such as a tool's result, is no answer that anybody got.
    if(
        its_status = 'error',
        argMin(output_preview, rank),
        argMax(output_preview, (output_preview != '', -rank.1, end_ns, span_id))
    ) as output_preview,
    max(received_ns) as received_ns,
    uniqExact(span_id) < count() as is_doubled,
    -- Not hasAny, which compares each with each: of a trace with 100 000 spans it takes half a minute.
    notEmpty(arrayIntersect(groupArrayIf(span_id, has_usage), groupArray(parent_id)))
        or countIf(response_id != '') > uniqExactIf(response_id, response_id != '')
        or countIf(call_key != '' and response_id = '') > 0 as is_suspect,
    groupArrayArrayIf(arrayMap(call -> (call, span_id, start_ns), call_names), has_usage) as responses
from spans final
-- The sort key says where they are. Only what passes is merged by `final`: all of this is in the key. An index on
-- trace ids is of no use for a thousand of them: one of them is always likely.
prewhere project in {projects:Array(String)} and start_minute in {minutes:Array(UInt32)}
    and trace_id in {trace_ids:Array(String)}
group by project, trace_id
settings
    prefer_column_name_to_alias = 1,
    use_skip_indexes = 0,
    -- A span's partition follows from its sort key: no version of it is in another one.
    do_not_merge_across_partitions_select_final = 1
