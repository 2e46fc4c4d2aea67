"""The span of one query to a database: when there is one, its name, its text, its rows."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

from clearspan.errors import report
from clearspan.tracer import Span, here

R = TypeVar("R")

MAX_STATEMENT_CHARS = 16_384
TARGET = re.compile(
    r"\b(?:from|into|update|join|table|index)\s+([\w.\"`\[\]]{1,64})", re.IGNORECASE
)
WORD = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*([a-zA-Z]{1,16})", re.DOTALL)

# Groups whose queries are recorded outside of any span, too.
always: set[str] = set()


def query_span(group: str, system: str, statement: object, **facts: object) -> Span | None:
    """Starts the span of a query; None when it is not to be recorded.

    That is outside of any span, because a query alone tells nothing, and inside the span of
    another query: a driver below SQLAlchemy sends the same statement once more.

    Args:
        group: of the instrumentation that asks, for `always`.
        system: `db.system.name`.
        statement: text, bytes, or an object whose type stands for it; values of parameters are
            never looked at.
        facts: more attributes.
    """
    try:
        place = here()
        if not (place.span_id or group in always) or getattr(place, "kind", "") == "db":
            return None
        text = _text(statement)
        word = WORD.match(text)
        operation = word[1].upper() if word else ""
        target = TARGET.search(text[:1_024])
        name = f"{operation} {target[1]}" if target else operation
        attributes = {
            "db.system.name": system,
            "db.operation.name": operation or None,
            "db.query.text": text or None,
        }
        return Span(name or system, "db", {**attributes, **facts})
    except Exception as error:  # noqa: BLE001  # the funnel: whatever a program passes as a query
        report(error, "starting the span of a query")
        return None


def _text(statement: object) -> str:
    if isinstance(statement, bytes):
        return statement[:MAX_STATEMENT_CHARS].decode("utf-8", "replace")
    return statement[:MAX_STATEMENT_CHARS] if isinstance(statement, str) else ""


def note_rows(span: Span, cursor: object) -> None:
    """Adds how many rows ``cursor`` has found or changed, when it knows."""
    try:
        rows = getattr(cursor, "rowcount", -1)
        if type(rows) is int and rows >= 0:
            found = getattr(cursor, "description", None) is not None
            span.set({f"db.response.{'returned' if found else 'affected'}_rows": rows})
    except Exception as error:  # noqa: BLE001  # the funnel: a driver's own cursor
        report(error, "counting the rows of a query")


def recorded(
    span: Span | None, cursor: object, original: Callable[..., R], *args: object, **kwargs: object
) -> R:
    """Calls ``original`` inside ``span``, and ends it."""
    if span is None:
        return original(*args, **kwargs)
    with span:
        result = original(*args, **kwargs)
        note_rows(span, cursor)
        return result


async def recorded_async(
    span: Span | None,
    cursor: object,
    original: Callable[..., Awaitable[R]],
    *args: object,
    **kwargs: object,
) -> R:
    """Awaits ``original`` inside ``span``, and ends it."""
    if span is None:
        return await original(*args, **kwargs)
    with span:
        result = await original(*args, **kwargs)
        note_rows(span, cursor)
        return result
