-- The rows of `traces` for the given trace ids, computed from their spans.
insert into traces
(
    project, trace_id, name, kind, status, start_ns, end_ns, error_type, error_message,
    services, environment, release, user_id, session_id, tags, feature, providers, models,
    span_count, error_count, llm_count, tool_count,
    input_tokens, output_tokens, total_tokens, total_cost, unpriced_count,
    input_preview, output_preview, received_ns, version, is_deleted
)
with
    -- The root, else the span whose parent is in another process, else the earliest:
    -- a trace whose root has not come yet is shown all the same.
    (multiIf(parent_id = '', 0, parent_remote, 1, 2), start_ns) as rank,
    counted and (input_tokens is not null or output_tokens is not null) as pays
select
    project,
    trace_id,
    argMin(name, rank),
    argMin(kind, rank),
    -- Until its root has come and ended, a trace is open and has no end.
    if(countIf(parent_id = '' or parent_remote) = 0, 'open', argMin(status, rank)) as trace_status,
    min(start_ns) as first_ns,
    if(trace_status = 'open', null, max(end_ns)),
    -- The root's own error, else the first error below it.
    argMinIf(error_type, rank, status = 'error'),
    argMinIf(error_message, rank, status = 'error'),
    arraySort(groupUniqArrayIf(service, service != '')),
    argMin(environment, (environment = '', rank)),
    argMin(release, (release = '', rank)),
    argMin(user_id, (user_id = '', rank)),
    argMin(session_id, (session_id = '', rank)),
    arraySort(groupUniqArrayArray(tags)),
    argMin(feature, (feature = '', rank)),
    arraySort(groupUniqArrayIf(provider, provider != '' and kind in ('llm', 'embedding'))),
    arraySort(groupUniqArrayIf(if(response_model != '', response_model, request_model), (request_model != '' or response_model != '') and kind in ('llm', 'embedding'))),
    count(),
    countIf(status = 'error'),
    countIf(kind = 'llm'),
    countIf(kind = 'tool'),
    sumOrNullIf(input_tokens, pays),
    sumOrNullIf(output_tokens, pays),
    sumOrNullIf(total_tokens, pays),
    cast(sumOrNullIf(total_cost, pays), 'Nullable(Decimal(38, 12))'),
    countIf(pays and total_cost is null),
    argMin(input_preview, (input_preview = '', rank)),
    argMax(output_preview, (output_preview != '', -rank.1, end_ns)),
    max(received_ns),
    {version:UInt64},
    0
from spans final
where project in {projects:Array(String)} and trace_id in {trace_ids:Array(String)}
group by project, trace_id
-- A thousand traces can lie in more than a hundred months, at which the engine's default refuses the insert.
settings max_partitions_per_insert_block = 0
