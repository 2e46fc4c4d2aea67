-- What analysts ask of the SQL console, a query each.

select count() from spans;

select kind, count() as spans from spans group by kind order by spans desc, kind;

select name, quantile(0.95)(duration_ms) as p95 from spans group by name order by p95 desc limit 5;

select quantiles(0.5, 0.9, 0.99)(duration_ms) from spans where kind = 'llm';

select toStartOfHour(start_time) as hour, count() from spans group by hour order by hour;

select toStartOfInterval(start_time, interval 5 minute) as at, sum(total_cost) from spans where
    counted group by at order by at;

select response_model, sum(input_tokens) as i, sum(output_tokens) as o from spans where counted
    group by response_model having i > 0;

select service, countIf(status = 'error') / count() as rate from spans group by service order by
    rate desc;

select user_id, uniq(session_id) as sessions from spans where user_id != '' group by user_id order
    by sessions desc limit 10;

select attributes['http.route'] as route, count() from spans where mapContains(attributes,
    'http.route') group by route;

select attributes_number['retries'] as n, count() from spans group by n order by n;

select arrayJoin(tags) as tag, count() from spans group by tag order by tag;

select tag, count() from spans array join tags as tag group by tag;

select k, count() from spans array join mapKeys(attributes) as k group by k order by k limit 20;

select name, row_number() over (partition by trace_id order by start_time) as n from spans order by
    name, n limit 20;

select trace_id, duration_ms - lagInFrame(duration_ms) over (order by start_time rows between 1
    preceding and current row) as d from traces limit 10;

select name, duration_ms, avg(duration_ms) over (partition by name) as mean from spans where
    duration_ms > 0 order by start_time limit 10;

select s.name, t.name as trace, s.duration_ms / t.duration_ms as share from spans as s join traces
    as t on s.trace_id = t.trace_id order by share desc limit 10;

select t.trace_id, count(s.value) as scores from traces as t left join scores as s using (trace_id)
    group by t.trace_id;

select t.trace_id from traces t left anti join scores s on s.trace_id = t.trace_id limit 5;

with slow as (select trace_id from traces where duration_ms > 1000) select count() from spans where
    trace_id in (select trace_id from slow);

with a as (select kind, count() as n from spans group by kind), b as (select max(n) as most from a)
    select a.kind, a.n / b.most from a cross join b order by a.kind;

with (select count() from spans) as total select kind, count() / total as share from spans group by
    kind order by share;

with 1000 as bound select countIf(duration_ms > bound) from spans;

select case when duration_ms < 100 then 'fast' when duration_ms < 1000 then 'medium' else 'slow' end
    as speed, count() from spans group by speed order by speed;

select if(status = 'error', 'bad', 'good') as how, multiIf(kind = 'llm', 1, kind = 'tool', 2, 3) as
    what, count() from spans group by how, what order by how, what;

select name, start_time from spans order by start_time desc limit 2 by name;

select distinct name from spans order by name limit 10 offset 0;

select count(distinct trace_id), uniqExact(user_id), min(start_time), max(start_time) from spans;

select * from traces order by start_time limit 3;

select * except (input, output) from spans limit 3;

select name from spans where name like 'step%' and name not like '%x' and name ilike 'STEP%' and
    kind in ('llm', 'tool') and status not in ('error');

select argMax(name, duration_ms) as slowest, groupArray(3)(name), topK(3)(name), any(kind) from
    spans;

select arrayMap(x -> upper(x), tags) as upper_tags, arrayFilter(x -> x like 'a%', tags),
    length(tags), has(tags, 'a') from spans limit 5;

select dateDiff('second', start_time, end_time) as s, date_trunc('day', start_time) as d,
    formatDateTime(start_time, '%Y-%m-%d') as f from spans limit 5;

select name, count() from spans where start_minute > now() - interval 1 hour group by name with
    totals order by name;

select name from spans where start_time between '2020-01-01 00:00:00' and now() + interval 1 day
    limit 1;

select kind, name, count() from spans group by rollup(kind, name) order by kind, name;

select * from (select 'spans' as what, count() as n from spans union all select 'traces', count()
    from traces) as x order by what;

select JSONExtractString(input, 1, 'role') as role, toFloat64OrNull('1.5')::Float64 as f,
    cast(duration_ms as Int64) from spans limit 3;

select severity_text, count() from logs where time_minute > today() - 7 group by severity_text;

select name, avg(value) from metrics group by name order by name limit 10;

select hour, sum(span_count), max(duration_p95_ms) from rollups group by hour order by hour;

select name, avg(value) filter (where type = 'numeric') as mean from scores group by name;

select exists(select 1 from spans where status = 'error') as failed, (select max(total_cost) from
    traces) as most;

select trace_id, tuple(name, kind).1 as n, (start_time, name) as pair from spans order by pair limit
    2;

select name, coalesce(ttft_ms, 0) as ttft, ifNull(total_tokens, 0) from spans where ttft_ms is not
    null or isNull(parent_id) limit 4;
