"""Facets: the values that the rows of a list have in a field, with their counts."""

from collections.abc import Mapping, Sequence

from clearspan_server.query import SQL
from clearspan_server.query.filter import FACETS, Facet, compose, compose_facet
from clearspan_server.query.narrowing import Narrowing, narrowed
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

_OF_SPANS = statement(SQL, "facet_of_spans")
_OF_TRACES = statement(SQL, "facet_of_traces")
_OF_TRACES_BY_SPAN = statement(SQL, "facet_of_traces_by_span")
# Where spans hold what a list of traces asks the trace.
_ON_SPANS: Mapping[str, str] = {
    "status": "status",
    "user": "user_id",
    "session": "session_id",
    "service": "service",
    "environment": "environment",
    "tag": "arrayJoin(tags)",
}


def facets(
    engine: Engine, of: str, asked: Narrowing, fields: Sequence[str], limit: int
) -> list[list[Row]]:
    """For each field its `limit` most frequent values among the list's rows: rows of `value` and `count`.

    Of traces, what their spans have counts the traces.

    Raises:
        BadInput: the filter cannot be read.
    """
    clauses = narrowed(engine, of, asked)
    values: dict[str, object] = {"limit": limit}
    values |= clauses.values | asked.window.values() | asked.still.values()
    return [
        engine.query(compose_facet(compose(text, clauses), facet), values)
        for text, facet in (_question(of, field) for field in fields)
    ]


def _question(of: str, field: str) -> tuple[str, Facet]:
    facet = FACETS[field]
    if of == "spans":
        return _OF_SPANS, Facet("spans", _ON_SPANS.get(field, facet.expression))
    return (_OF_TRACES_BY_SPAN if facet.table == "spans" else _OF_TRACES), facet
