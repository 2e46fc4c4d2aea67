"""The values that a field has: what somebody may mean who has typed its first letters."""

from clearspan_server.query import SQL
from clearspan_server.query.filter import FACETS, Stillness, compose_facet
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_VALUES = 50

_STATEMENTS = {
    "spans": statement(SQL, "values_of_spans"),
    "traces": statement(SQL, "values_of_traces"),
}


def list_values(
    engine: Engine, project: str, window: Window, field: str, prefix: str, still: Stillness
) -> list[Row]:
    """Rows of `value` and `count`, most frequent first; `field` is a key of `filter.FACETS`.

    The prefix is compared without case. Kind, model, provider, name and error type count spans, the others traces.
    """
    facet = FACETS[field]
    statement = compose_facet(_STATEMENTS[facet.table], facet)
    values: dict[str, object] = {"project": project, "prefix": prefix, "limit": MAX_VALUES}
    return engine.query(statement, values | window.values() | still.values())
