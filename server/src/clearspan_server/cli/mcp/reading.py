"""The tools that read traces: search, a tree, one span, failures, a comparison."""

import json
from typing import Annotated, Any, Literal

from pydantic import Field

from clearspan_server.cli import figures
from clearspan_server.cli.mcp.asking import Asking, Since, asked_of
from clearspan_server.cli.mcp.telling import Answer, Telling, joined, short, visible
from clearspan_server.cli.mcp.tree import tell_tree
from clearspan_server.cli.moments import moment
from clearspan_server.cli.printing import in_path

_PAGE_CHARS = 4_000
_MOST_COMPARED = 30
# What of a span is read first; then whatever else it has.
_FIRST = (
    *("status", "error_type", "error_class", "error_message", "error_stack", "tool_name"),
    *("tool_arguments", "tool_result", "output_messages", "output", "input_messages", "input"),
    *("retrieval_query", "documents", "request_model", "finish_reason", "duration_ns", "usage"),
)
_DROPPED = {
    "input_preview",
    "output_preview",
    "redactions",
    "filled",
    "dialect",
    "received",
    "cost",
}

Filter = Annotated[
    str,
    Field(
        description='`field:value`, `cost>0.05`, `latency>2s`, `tokens>10k`; `-` negates, AND/OR, `*`, "a phrase".'
        " Fields: status (ok|error|cancelled|open|crashed), kind (llm|tool|agent|chain|retriever|…), model, name, tool,"
        ' user, session, service, env, release, feature, provider, error, attr["key"]; bare words search texts.'
    ),
]
Cursor = Annotated[str, Field(description="From the answer before.")]


def search_traces(  # noqa: PLR0913, PLR0917 - what a tool takes are its arguments
    context: Asking,
    filter: Filter = "",
    since: Since = "1d",
    sort: Literal["-start", "-duration", "-cost", "-tokens"] = "-start",
    limit: Annotated[int, Field(ge=1, le=50)] = 10,
    cursor: Cursor = "",
    project: str = "",
) -> Answer:
    """List traces (one run of an application each) that pass a filter."""
    page = asked_of(context, project).ask(
        "/api/v1/traces",
        **{"from": moment(since), "filter": filter, "sort": sort, "limit": limit, "cursor": cursor},
    )
    telling = Telling()
    for row in page["traces"]:
        error = f"{row['error_type']}: {short(row['error_message'])}".strip(": ")
        line = (
            row["trace_id"],
            short(row["name"], 80),
            row["status"],
            row["start"][:19],
            figures.duration(row["duration_ns"]),
            figures.tokens(row["total_tokens"]),
            figures.money(row["total_cost"]),
            f"{row['span_count']} spans, {row['error_count']} failed",
            error,
        )
        kept = ("trace_id", "name", "status", "start", "duration_ns", "total_cost", "error_count")
        telling.say(joined(line), {name: row[name] for name in kept})
    if page["next_cursor"] and not telling.missed:  # else it would pass over what was not said
        telling.leave(f"older traces: cursor={page['next_cursor']}")
    return telling.answer()


def read_trace(
    context: Asking,
    trace_id: str,
    under: Annotated[str, Field(description="A span: only it and what is below.")] = "",
    project: str = "",
) -> Answer:
    """Show one trace as a tree of its spans, failed ones first where not all fit. Then read_span."""
    found = asked_of(context, project).ask(f"/api/v1/traces/{in_path(trace_id)}")
    trace, telling = found["trace"], Telling()
    telling.say(
        joined(
            (
                short(trace["name"], 80),
                f"{trace['status']}, {trace['state']}",
                trace["start"],
                figures.duration(trace["duration_ns"]),
                figures.flow(trace["input_tokens"], trace["output_tokens"]),
                figures.money(trace["total_cost"]),
                f"{trace['span_count']} spans, {trace['error_count']} failed",
                ", ".join(trace["services"]),
            )
        )
    )
    if not under:
        telling.say(f"input: {short(trace['input_preview'], 300)}")
        telling.say(f"output: {short(trace['output_preview'], 300)}")
    tell_tree(telling, found["spans"], under)
    return telling.answer()


def read_span(
    context: Asking,
    trace_id: str,
    span_id: str,
    offset: Annotated[int, Field(ge=0, description="Characters to skip.")] = 0,
    project: str = "",
) -> Answer:
    """Show what one span holds, a page at a time: error, tool arguments and result, output, input, attributes."""
    server = asked_of(context, project)
    span = server.ask(f"/api/v1/traces/{in_path(trace_id)}/spans/{in_path(span_id)}")
    text = visible(
        "\n".join(_fields(span))
    )  # escaped first, so that each page has room for all of it
    page, telling = text[offset : offset + _PAGE_CHARS], Telling()
    end = offset + len(page)
    row = {"span_id": span_id, "offset": offset, "next_offset": end, "total_chars": len(text)}
    telling.say(page, row)
    if end < len(text):
        telling.leave(f"{len(text) - end} of {len(text)} characters: offset={end}")
    if span["truncated"]:
        # Their names are the sender's, and what is left out is told in our words alone.
        telling.leave(f"{len(span['truncated'])} texts that were cut when they were recorded")
    return telling.answer()


def list_failures(
    context: Asking,
    filter: Filter = "",
    since: Since = "1d",
    category: Literal["failed", "cancelled", "retried", "slow", "timed_out"] = "failed",
    limit: Annotated[int, Field(ge=1, le=50)] = 10,
    project: str = "",
) -> Answer:
    """List kinds of failed spans, the most frequent first, each with a trace and span as an example."""
    window = {"from": moment(since), "filter": filter, "category": category, "limit": limit}
    page = asked_of(context, project).ask("/api/v1/failures", **window)
    telling = Telling()
    for row in page["failures"]:
        example = row["example"]
        line = (
            f"{row['count']}×",
            row["kind"],
            short(row["name"], 80),
            f"{row['error_type']}: {short(row['message'])}".strip(": "),
            f"in {row['traces']} traces, last {row['last_seen'][:19]}",
            f"trace_id={example['trace_id']} span_id={example['span_id']}",
        )
        kept = ("name", "kind", "error_type", "count", "traces", "last_seen", "example")
        telling.say(joined(line), {name: row[name] for name in kept})
    if page["next_cursor"]:
        telling.leave("rarer kinds; raise `limit` or narrow the filter")
    return telling.answer()


def compare_traces(
    context: Asking,
    a: Annotated[str, Field(description="A trace_id, the good one.")],
    b: Annotated[str, Field(description="The other; else the newest 50 of `filter`.")] = "",
    filter: str = "",
    project: str = "",
) -> Answer:
    """Compare two traces step by step: where they first part, and what differs."""
    found = asked_of(context, project).ask("/api/v1/compare", a=a, b=b, filter=filter)
    telling = Telling()
    for name in ("first", "second"):
        one = found[name]
        figure = (
            figures.duration(one["duration_ns"]),
            figures.flow(one["input_tokens"], one["output_tokens"]),
            figures.money(one["total_cost"]),
        )
        parts = (f"{name}:", one["trace_id"], short(one["name"], 80), one["status"], *figure)
        telling.say(joined((*parts, f"{one['span_count']} spans")))
    where = found["divergence"]
    telling.say("equal" if where is None else f"they part at row {where['row']}: {where['says']}")
    different = [(at, row) for at, row in enumerate(found["rows"]) if row["differs"]]
    for at, row in different[:_MOST_COMPARED]:
        telling.say(_compared(at, row), {"row": at, "kind": row["kind"], "differs": row["differs"]})
    if len(different) > _MOST_COMPARED or found["cut"]:
        telling.leave("later rows that differ")
    return telling.answer()


def _fields(span: dict[str, Any]) -> list[str]:
    """`name: value` of what a span holds, what matters most for its failure first."""
    said = dict(span)
    for side in ("input", "output"):
        if said[f"{side}_messages"]:
            said.pop(side)  # the same once more
    names = [*_FIRST, *(name for name in said if name not in _FIRST)]
    empty: tuple[object, ...] = (None, "", [], {})
    return [
        f"{name}: {_value(said[name])}"
        for name in names
        if name in said and name not in _DROPPED and said[name] not in empty
    ]


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _compared(at: int, row: dict[str, Any]) -> str:
    sides = [_side(row[side]) for side in ("first", "second")]
    return f"{at}  {row['kind']}  {' | '.join(sides)}  differs: {', '.join(row['differs'])}"


def _side(span: dict[str, Any] | None) -> str:
    if span is None:
        return "(not there)"
    took = figures.duration(span["duration_ns"])
    return joined((span["span_id"], short(span["name"], 60), span["status"], took))
