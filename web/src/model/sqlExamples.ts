/** Queries to begin with; docs/sql.md has them, too. */

export const SQL_EXAMPLES = [
  {
    title: "The slowest tools of the last day, and how often they fail",
    sql: `select name, count() as calls, quantile(0.95)(duration_ms) as p95, countIf(status = 'error') / calls as failing
from spans
where kind = 'tool' and start_minute > now() - interval 1 day
group by name
order by p95 desc
limit 20`,
  },
  {
    title: "What each customer cost, by model",
    sql: `select customer_id, response_model, sum(total_cost) as cost
from spans
where counted and start_minute > now() - interval 30 day
group by customer_id, response_model
order by cost desc`,
  },
  {
    title: "Model calls by the hour and by model",
    sql: `select toStartOfHour(start_minute) as hour, response_model, count() as calls
from spans
where kind = 'llm' and start_minute > now() - interval 1 day
group by hour, response_model
order by hour`,
  },
  {
    title: "Traces that were judged badly, with what was asked",
    sql: `select t.trace_id, t.input_preview, avg(s.value) as score
from traces as t
join scores as s on s.trace_id = t.trace_id
where s.type = 'numeric'
group by t.trace_id, t.input_preview
having score < 0.5`,
  },
  {
    title: "The latest spans that failed",
    sql: `select trace_id, span_id, start_time, name, error_class, error_message
from spans
where status = 'error'
order by start_time desc
limit 100`,
  },
] as const;
