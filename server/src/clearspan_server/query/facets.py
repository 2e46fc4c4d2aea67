"""Facets: the values that the rows of a list have in a field, with their counts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from clearspan_server.errors import BadInput
from clearspan_server.query import SQL
from clearspan_server.query.fields import Field, named
from clearspan_server.query.filter import (
    Clauses,
    Facet,
    compose,
    compose_facet,
    compose_facets,
    facet_of,
)
from clearspan_server.query.narrowing import Narrowing, narrowed
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

_STATEMENTS = {
    "spans": statement(SQL, "facets_of_spans"),
    "traces": statement(SQL, "facets_of_traces"),
}
_OF_TRACES_BY_SPAN = statement(SQL, "facet_of_traces_by_span")

# What the spans of a trace have stands in its row, unless that is of an earlier version or they have very many names.
_TOLD: Mapping[str, Facet] = {
    "kind": Facet("traces", "kinds", is_array=True),
    "name": Facet("traces", "span_names", is_array=True),
}
_UNTOLD = Facet("traces", "if(empty(kinds) or empty(span_names), 'untold', '')")


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
    by_row = {name: facet for name in fields if (facet := _by_row(of, named(name)))}
    by_span = {name: _by_span(of, named(name)) for name in fields if name not in by_row}
    found = _counted(engine, of, clauses, values, by_row)
    by_span |= {name: _by_span(of, named(name)) for name in by_row if name not in found}
    for name, facet in by_span.items():
        text = compose_facet(compose(_OF_TRACES_BY_SPAN, clauses), facet)
        found[name] = engine.query(text, values)
    return [found[name] for name in fields]


def _by_row(of: str, field: Field) -> Facet | None:
    """How the values of a field are counted in the rows of the list, where these have them."""
    if of == "spans":
        return facet_of(field, "span")
    if field.name in _TOLD:
        return _TOLD[field.name]
    # The models and providers of a trace stand in its row; of all else that spans have, the root's.
    is_root_alone = field.role == "span" and "[]" not in field.trace
    return None if is_root_alone else facet_of(field, "trace")


def _by_span(of: str, field: Field) -> Facet:
    facet = facet_of(field, "span") if of == "traces" else None
    if facet is None:
        raise BadInput(f"{of} have no {field.name} to count", field="field", value=field.name)
    return facet


def _counted(
    engine: Engine,
    of: str,
    clauses: Clauses,
    values: Mapping[str, object],
    asked: Mapping[str, Facet],
) -> dict[str, list[Row]]:
    """The values of each facet in the rows of a list; without those of spans where not all rows tell them."""
    if not asked:
        return {}
    names = list(asked)
    told = [name for name in names if asked[name] in _TOLD.values()]
    together = [asked[name] for name in names] + [_UNTOLD] * bool(told)
    rows: defaultdict[int, list[Row]] = defaultdict(list)
    text = compose_facets(compose(_STATEMENTS[of], clauses), together)
    for row in engine.query(text, values):
        rows[row["facet"] - 1].append({"value": row["value"], "count": row["count"]})
    untold = told if rows[len(names)] else []
    return {name: rows[number] for number, name in enumerate(names) if name not in untold}
