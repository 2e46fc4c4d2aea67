"""Records the statements of SQLAlchemy, through its own events."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from clearspan.errors import report
from clearspan.instrument.patching import unpatch, when_imported
from clearspan.instrument.queries import always as _always
from clearspan.instrument.queries import note_rows, query_span
from clearspan.tracer import Span

GROUP = "sqlalchemy"
SYSTEMS = {"mssql": "microsoft.sql_server", "oracle": "oracle.db"}
SPAN = "_clearspan_span"  # attribute of an execution context

_listening: list[tuple[ModuleType, type]] = []


def instrument(*, always: bool = False) -> None:
    """Records the statements of every engine, synchronous or not, inside spans.

    Args:
        always: also outside of any span.
    """
    (_always.add if always else _always.discard)(GROUP)
    if not _listening:
        when_imported(GROUP, "sqlalchemy.engine", _listen)


def uninstrument() -> None:
    """Stops listening."""
    unpatch(GROUP)
    while _listening:
        event, engine = _listening.pop()
        for name, listener in LISTENERS.items():
            event.remove(engine, name, listener)


def _listen(module: ModuleType) -> None:
    event = sys.modules["sqlalchemy.event"]
    for name, listener in LISTENERS.items():
        event.listen(module.Engine, name, listener)
    _listening.append((event, module.Engine))


def _before(conn: Any, cursor: object, statement: str, *rest: Any) -> None:  # noqa: ANN401, ARG001  # SQLAlchemy's
    execution = rest[1]
    try:
        dialect, database = conn.dialect.name, conn.engine.url.database
        system = SYSTEMS.get(dialect, dialect)
        span = query_span(GROUP, system, statement, **{"db.namespace": database})
        if span is not None and execution is not None:
            setattr(execution, SPAN, span.__enter__())  # current for the driver below
    except Exception as error:  # noqa: BLE001  # the funnel: another version of the library
        report(error, "recording a statement of SQLAlchemy")


def _after(conn: object, cursor: object, statement: str, *rest: Any) -> None:  # noqa: ANN401, ARG001  # SQLAlchemy's
    span = vars(rest[1]).pop(SPAN, None) if rest[1] is not None else None
    if isinstance(span, Span):
        note_rows(span, cursor)
        span.__exit__(None, None, None)


def _failed(failure: Any) -> None:  # noqa: ANN401  # SQLAlchemy's
    execution = failure.execution_context
    span = vars(execution).pop(SPAN, None) if execution is not None else None
    if isinstance(span, Span):
        error = failure.original_exception
        span.__exit__(type(error), error, None)


LISTENERS: dict[str, Callable[..., None]] = {
    "before_cursor_execute": _before,
    "after_cursor_execute": _after,
    "handle_error": _failed,
}
