"""The tools that add up: cost, metrics, SQL; and which projects there are."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from clearspan_server.cli import figures
from clearspan_server.cli.mcp.asking import Asking, Since, asked_of
from clearspan_server.cli.mcp.telling import Answer, Telling, joined, short
from clearspan_server.cli.moments import moment

Dimension = Literal[
    "model",
    "provider",
    "feature",
    "customer",
    "user",
    "prompt",
    "environment",
    "release",
    "service",
]

_MOST_ROWS = 15
_MOST_NAMES = 40
_MOST_SQL_ROWS = 50
_STEPS = 24  # of a metric's window
_SHORTEST_STEP_S = 10


def cost(
    context: Asking,
    by: Dimension = "model",
    since: Since = "7d",
    filter: str = "",
    project: str = "",
) -> Answer:
    """Say what model calls cost in a window, in all and by a dimension, the dearest first."""
    window = {"from": moment(since), "filter": filter, "by": by}
    found = asked_of(context, project).ask("/api/v1/cost", **window)
    totals, telling = found["totals"], Telling()
    before = figures.money(found["previous"]["cost"])
    unpriced = totals["unpriced_calls"]
    telling.say(
        joined(
            (
                f"total {figures.money(totals['cost'])}",
                f"{figures.count(totals['calls'])} calls",
                f"before: {before}",
                f"{figures.count(unpriced)} calls without a price" if unpriced else "",
            )
        )
    )
    for row in found["rows"][:_MOST_ROWS]:
        tokens = figures.flow(row["input_tokens"], row["output_tokens"])
        calls = f"{figures.count(row['calls'])} calls"
        name = short(row["value"], 80) or "(not told)"
        line = (name, figures.money(row["cost"]), calls, tokens)
        telling.say(joined(line), {one: row[one] for one in ("value", "cost", "calls")})
    if found["value_count"] > _MOST_ROWS:
        telling.leave(f"{found['value_count'] - _MOST_ROWS} cheaper values; narrow the filter")
    return telling.answer()


def metrics(
    context: Asking,
    name: Annotated[str, Field(description="A metric; without one, their names.")] = "",
    stat: Literal["avg", "min", "max", "sum", "last", "rate", "p50", "p95", "p99"] = "avg",
    by: Annotated[list[str] | None, Field(description="Labels.")] = None,
    since: Since = "1h",
    project: str = "",
) -> Answer:
    """List metrics, or read one over time."""
    asked, telling = asked_of(context, project), Telling()
    if not name:
        names = asked.ask("/api/v1/metrics/names")["names"]
        for row in names[:_MOST_NAMES]:
            line = (row["name"], row["type"], row["unit"], ", ".join(row["labels"]))
            telling.say(joined(line), {one: row[one] for one in ("name", "type", "unit", "labels")})
        if len(names) > _MOST_NAMES:
            telling.leave(f"{len(names) - _MOST_NAMES} more names")
        return telling.answer()
    begun = moment(since)
    window = {"name": name, "stat": stat, "by": by or [], "from": begun, "step": _step(begun)}
    found = asked.ask("/api/v1/metrics/query", **window)
    telling.say(f"{stat} of {found['name']} ({found['unit'] or found['type']}), {found['start']}")
    telling.say(f"each {found['step_ms'] / 1000:g} s; null is nothing reported")
    for row in found["series"][:_MOST_ROWS]:
        labels = ", ".join(f"{label}={value}" for label, value in row["labels"].items()) or "all"
        values = ["null" if one is None else f"{one:.4g}" for one in row["values"]]
        telling.say(f"{short(labels)}: {' '.join(values)}", {"labels": row["labels"]})
    if len(found["series"]) > _MOST_ROWS or found["truncated"]:
        telling.leave(f"{found['series_count']} series in all; narrow with `by`")
    return telling.answer()


def sql(
    context: Asking,
    query: Annotated[str, Field(description="One SELECT; without one, tables and columns.")] = "",
    project: str = "",
) -> Answer:
    """Ask the project's tables in read-only ClickHouse SQL; aggregate, and use LIMIT."""
    asked, telling = asked_of(context, project), Telling()
    if not query:
        for table in asked.ask("/api/v1/sql/schema")["tables"]:
            columns = ", ".join(column["name"] for column in table["columns"])
            telling.say(f"{table['name']} ({short(table['says'])}): {columns}")
        return telling.answer()
    found = asked.post("/api/v1/sql", {"sql": query})
    names = [column["name"] for column in found["columns"]]
    telling.say(" | ".join(names))
    for values in found["rows"][:_MOST_SQL_ROWS]:
        cells = [short(value, 200) for value in values]
        telling.say(" | ".join(cells), dict(zip(names, cells, strict=True)))
    if found["truncated"] or len(found["rows"]) > _MOST_SQL_ROWS:
        telling.leave(f"rows after the first {_MOST_SQL_ROWS}")
    return telling.answer()


def list_projects(context: Asking) -> Answer:
    """List the projects that may be read."""
    telling, serving = Telling(), context.request_context.lifespan_context
    for row in asked_of(context).ask("/api/v1/projects")["projects"]:
        if serving.is_pinned and row["id"] != serving.server.project:
            continue
        telling.say(joined((row["id"], row["label"])), {"id": row["id"], "label": row["label"]})
    return telling.answer()


def _step(begun: str | None) -> str:
    """A step of which about `_STEPS` fit the time since then; "" where that cannot be told."""
    try:
        since = datetime.fromisoformat(begun or "")
    except ValueError:
        return ""
    if since.tzinfo is None:
        return ""
    seconds = (datetime.now(UTC) - since).total_seconds()
    return f"{max(_SHORTEST_STEP_S, int(seconds / _STEPS))}s"
