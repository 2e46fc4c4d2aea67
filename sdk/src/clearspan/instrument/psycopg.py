"""Records the queries of psycopg 3, synchronous and not."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from clearspan.errors import report
from clearspan.instrument.patching import is_patched, patch, unpatch, when_imported
from clearspan.instrument.queries import always as _always
from clearspan.instrument.queries import query_span, recorded, recorded_async
from clearspan.tracer import Span

GROUP = "psycopg"
METHODS = ("execute", "executemany")


def instrument(*, always: bool = False) -> None:
    """Records `execute` and `executemany` of every cursor, and of connections through theirs.

    Args:
        always: also outside of any span.
    """
    (_always.add if always else _always.discard)(GROUP)
    when_imported(GROUP, "psycopg", _psycopg)


def uninstrument() -> None:
    """Puts the originals back."""
    unpatch(GROUP)


def _psycopg(module: ModuleType) -> None:
    for name in METHODS:
        patch(GROUP, module.Cursor, name, _sync)
        patch(GROUP, module.AsyncCursor, name, _async)
    # Those on the server have an `execute` of their own.
    patch(GROUP, module.ServerCursor, "execute", _sync)
    patch(GROUP, module.AsyncServerCursor, "execute", _async)


def _sync(original: Callable[..., Any]) -> Callable[..., Any]:
    def execute(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # psycopg's
        return recorded(_span(self, query), self, original, self, query, *args, **kwargs)

    return execute


def _async(original: Callable[..., Any]) -> Callable[..., Any]:
    async def execute(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # psycopg's
        span = _span(self, query)
        return await recorded_async(span, self, original, self, query, *args, **kwargs)

    return execute


def _span(cursor: Any, query: Any) -> Span | None:  # noqa: ANN401  # psycopg's
    if not is_patched(GROUP):
        return None
    try:
        # `psycopg.sql` composes statements of parts that only the connection can write out.
        statement = query.as_string(cursor) if hasattr(query, "as_string") else query
        connection = cursor.connection
        namespace = {} if connection.closed else {"db.namespace": connection.info.dbname}
    except Exception as error:  # noqa: BLE001  # the funnel: the query itself may be wrong
        report(error, "reading a query of psycopg")
        return None
    return query_span(GROUP, "postgresql", statement, **namespace)
