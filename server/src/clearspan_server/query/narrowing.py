"""What a list is asked for: the window, the filter, and some rows of it alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clearspan_server.query.filter import Clauses, Stillness, span_clauses, trace_clauses
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Engine


@dataclass(slots=True, frozen=True)
class Narrowing:
    """Rows of a project that start in a window and pass a filter; `still` tells the states of traces.

    With `ids`, of those only the rows with these ids.
    """

    project: str
    window: Window
    filter: str
    still: Stillness
    ids: tuple[str, ...] = ()


_FILTERS: Mapping[str, Callable[[Engine, str, Stillness], Clauses]] = {
    "spans": span_clauses,
    "traces": trace_clauses,
}


def narrowed(engine: Engine, table: str, asked: Narrowing, id_is: str = "") -> Clauses:
    """The clauses of what is asked for, on `spans` or `traces`; `id_is` is the expression that `ids` are of.

    Raises:
        BadInput: the filter cannot be read.
    """
    clauses = Clauses([], {"project": asked.project})
    clauses = clauses.and_(_FILTERS[table](engine, asked.filter, asked.still))
    if not asked.ids:
        return clauses
    chosen = Clauses([f"{id_is} in {{ids:Array(String)}}"], {"ids": list(asked.ids)})
    return clauses.and_(chosen)
