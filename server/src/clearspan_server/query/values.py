"""The values that a field has: what somebody may mean who has typed its first letters."""

from dataclasses import dataclass

from clearspan_server.errors import BadInput
from clearspan_server.query import SQL
from clearspan_server.query.fields import Field, Of, named
from clearspan_server.query.filter import (
    Clauses,
    Facet,
    Stillness,
    compose,
    compose_facet,
    facet_of,
    log_clauses,
    span_clauses,
    trace_clauses,
)
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_VALUES = 50

_STATEMENTS = {
    "spans": statement(SQL, "values_of_spans"),
    "traces": statement(SQL, "values_of_traces"),
    "logs": statement(SQL, "values_of_logs"),
}
_FILTERS = {"spans": span_clauses, "traces": trace_clauses, "logs": log_clauses}


@dataclass(slots=True, frozen=True)
class ValueQuestion:
    """A field by name, an attribute with the `key` of its values, else its keys are meant; letters; other terms."""

    field: str
    key: str = ""
    prefix: str = ""
    filter: str = ""


def list_values(
    engine: Engine, project: str, window: Window, asked: ValueQuestion, still: Stillness
) -> list[Row]:
    """Rows of `value` and `count`, most frequent first, of the rows that pass the filter.

    The prefix is compared without case. What a list of traces asks of traces counts traces, what only
    logs have counts their records, all else counts spans.

    Raises:
        BadInput: there is no such field, it has no words, or the filter cannot be read.
    """
    facet = _facet(asked)
    clauses = Clauses([], {"project": project, "prefix": asked.prefix, "key": asked.key})
    clauses = clauses.and_(_FILTERS[facet.table](engine, asked.filter, still))
    values = clauses.values | window.values() | {"limit": MAX_VALUES}
    return engine.query(compose(compose_facet(_STATEMENTS[facet.table], facet), clauses), values)


def _facet(asked: ValueQuestion) -> Facet:
    field = named(asked.field)
    facet = facet_of(field, _table(field), has_key=asked.key != "")
    if facet is None:
        raise BadInput(f"{field.name} has no values to list", field="field", value=asked.field)
    return facet


def _table(field: Field) -> Of:
    if field.is_of_logs:
        return "log"
    return "trace" if field.trace and field.role != "span" else "span"
