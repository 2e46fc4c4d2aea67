"""Facets: the values that the rows of a list have in a field, with their counts."""

from collections.abc import Sequence

from clearspan_server.errors import BadInput
from clearspan_server.query import SQL
from clearspan_server.query.fields import named
from clearspan_server.query.filter import Facet, compose, compose_facet, facet_of
from clearspan_server.query.narrowing import Narrowing, narrowed
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

_OF_SPANS = statement(SQL, "facet_of_spans")
_OF_TRACES = statement(SQL, "facet_of_traces")
_OF_TRACES_BY_SPAN = statement(SQL, "facet_of_traces_by_span")


def facets(
    engine: Engine, of: str, asked: Narrowing, fields: Sequence[str], limit: int
) -> list[list[Row]]:
    """For each field its `limit` most frequent values among the list's rows: rows of `value` and `count`.

    Of traces, what their spans have counts the traces.

    Raises:
        BadInput: the filter cannot be read, or a field has no values to count.
    """
    clauses = narrowed(engine, of, asked)
    values: dict[str, object] = {"limit": limit}
    values |= clauses.values | asked.window.values() | asked.still.values()
    return [
        engine.query(compose_facet(compose(text, clauses), facet), values)
        for text, facet in (_question(of, field) for field in fields)
    ]


def _question(of: str, name: str) -> tuple[str, Facet]:
    field = named(name)
    own = facet_of(field, "span" if of == "spans" else "trace")
    # The models and providers of a trace stand in its row, and no span need be read.
    if of == "traces" and (own is None or (field.role == "span" and "[]" not in field.trace)):
        of_spans = facet_of(field, "span")
        if of_spans is not None:
            return _OF_TRACES_BY_SPAN, of_spans
    if own is None:
        raise BadInput(f"{of} have no {name} to count", field="field", value=name)
    return (_OF_SPANS if of == "spans" else _OF_TRACES), own
