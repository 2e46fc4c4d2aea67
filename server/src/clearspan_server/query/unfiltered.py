"""Stands in for the filter language until it is here: no filter, or none that is understood."""

from clearspan_server.errors import BadInput
from clearspan_server.query.filter import Clauses, Stillness
from clearspan_server.store.engine import Engine


def span_clauses(_engine: Engine, text: str, _still: Stillness) -> Clauses:
    """No clauses."""
    return _none(text)


def trace_clauses(_engine: Engine, text: str, _still: Stillness) -> Clauses:
    """No clauses."""
    return _none(text)


def _none(text: str) -> Clauses:
    if text.strip():
        raise BadInput(f"this list knows no filter yet: {text!r}", field="filter", value=text)
    return Clauses()
