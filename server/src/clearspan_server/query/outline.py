"""One trace as columns, for very many spans: what is drawn of them, and what they say."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from clearspan_server.query import SQL
from clearspan_server.query.summary import last_at, root_at
from clearspan_server.query.traces import found, of_trace, summary_of
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

_OUTLINE = statement(SQL, "trace_outline")
_PREVIEWS = statement(SQL, "trace_previews")
_PREVIEW = statement(SQL, "trace_preview")


@dataclass(slots=True, frozen=True)
class TraceOfColumns:
    """One trace; each column of `spans` has a value for each of its spans, in order of start."""

    summary: Row
    spans: pa.Table


def read_outline(engine: Engine, project: str, trace_id: str) -> TraceOfColumns:
    """As `read_trace`: the columns that are drawn; texts that repeat are dictionaries.

    Raises:
        NotFound: no span of the project has this trace id.
    """
    spans = engine.table(_OUTLINE, of_trace(project, trace_id)).unify_dictionaries()
    summary = summary_of(engine, project, trace_id, _decoded(spans))
    summary |= _said(engine, project, trace_id, spans)
    return TraceOfColumns(summary, spans)


def read_previews(engine: Engine, project: str, trace_id: str) -> pa.Table:
    """The columns `span_id`, `input_preview` and `output_preview` of the spans of `read_outline`, in the same order.

    Raises:
        NotFound: no span of the project has this trace id.
    """
    return found(engine.table(_PREVIEWS, of_trace(project, trace_id)), project, trace_id)


def _decoded(spans: pa.Table) -> pa.Table:
    """With texts in place of dictionaries, which most functions of Arrow do not take."""
    texts = {
        field.name: spans[field.name].cast(field.type.value_type)
        for field in spans.schema
        if pa.types.is_dictionary(field.type)
    }
    for name, column in texts.items():
        spans = spans.set_column(spans.schema.get_field_index(name), name, column)
    return spans


def _said(engine: Engine, project: str, trace_id: str, spans: pa.Table) -> dict[str, str]:
    """What went into the trace and came out of it, as `summarise` finds it: the outline has texts of roots alone."""

    def text(name: str, says: str, other: int) -> str:
        at = root if spans[says][root].as_py() else other
        here = spans[name][at].as_py() if at >= 0 else ""
        if at < 0 or here:
            return str(here)
        place = {name: spans[name][at].as_py() for name in ("span_id", "start_ns")}
        rows = engine.query(_PREVIEW, {"project": project, "trace_id": trace_id, **place})
        return str(rows[0][name]) if rows else ""

    at = root_at(spans)
    root = at or 0
    has_failed = at is not None and spans["status"][at].as_py() == "error"
    first = pc.index(spans["says_input"], True).as_py()
    last = root if has_failed else last_at(spans["says_output"], spans["end_ns"])
    return {
        "input_preview": text("input_preview", "says_input", first),
        "output_preview": text("output_preview", "says_output", last),
    }
