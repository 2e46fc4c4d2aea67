"""`GET /traces/{trace_id}/outline` and `/previews`: a trace as its page draws it, and as it is searched there.

A hundred thousand spans are two million values: they go from the engine's columns into JSON without ever being
objects of Python.
"""

from typing import Annotated

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from fastapi import APIRouter, Depends, Query, Response

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.encode import trace_row
from clearspan_server.api.judged import said_of_traces
from clearspan_server.api.shapes_outline import SpanColumns, SpanPreviews, TraceOutline
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import ScopeQuery
from clearspan_server.query.outline import read_outline, read_previews
from clearspan_server.query.traces import state_of

router = APIRouter(prefix="/api/v1", tags=["traces"])

_LISTED = ("duration_ns", "ttft_ns", "input_tokens", "output_tokens")
_COMPUTED = ("span_id", "start_offset_ns", "total_cost", *_LISTED)
_PREVIEWS_A_LINE = (
    2_000  # a reader takes a few milliseconds for so many, and can do something else in between
)
_CODED = tuple(name for name in SpanColumns.model_fields if name not in _COMPUTED)
# What a link leaves out that was made without texts: what was written, by whom, and what was said of it.
_UNSAID = {
    **dict.fromkeys(
        ("error_message", "input_preview", "output_preview", "user_id", "session_id"), ""
    ),
    "tags": [],
    "scores": {},
    "bookmarked": False,
    "comments": 0,
}
_NOTHING = {"values": [""], "codes": []}


class _JsonLines(Response):
    media_type = "application/jsonl"


@router.get("/traces/{trace_id}/outline", response_model=TraceOutline)
def get_outline(
    trace_id: str,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Response:
    """What is drawn of a trace, column by column: a tenth of the size of its spans as rows, for very many of them.

    At most 100 000 spans, in order of start.
    """
    found = read_outline(access.engine, access.project, trace_id)
    (said,) = said_of_traces(access, [found.summary])
    trace = trace_row(found.summary, state_of(found.summary, still), said)
    spans = _span_columns(found.spans, found.summary["start_ns"])
    if not access.has_texts:
        trace, spans = trace.model_copy(update=_UNSAID), spans | {"error_message": _NOTHING}
    is_cold = bool(access.warm([trace_id]))
    return _as_json({"trace": trace.model_dump(), "spans": spans, "cold": is_cold})


@router.get("/traces/{trace_id}/previews", response_model=SpanPreviews, response_class=_JsonLines)
def get_previews(
    trace_id: str,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Response:
    """What went into and came out of the spans of a trace, in short; in the order of its outline.

    JSON lines, for very many spans are tens of megabytes: each line holds some of them.
    """
    table = read_previews(access.engine, access.project, trace_id)
    parts = (table.slice(at, _PREVIEWS_A_LINE) for at in range(0, len(table), _PREVIEWS_A_LINE))
    lines = (
        orjson.dumps({name: part[name].to_pylist() for name in SpanPreviews.model_fields})
        for part in parts
    )
    return _JsonLines(b"\n".join(lines))


def _span_columns(spans: pa.Table, start_ns: int) -> dict[str, object]:
    lasted = pc.subtract(spans["end_ns"], spans["start_ns"])
    columns = spans.append_column("duration_ns", lasted)
    return {
        "span_id": spans["span_id"].to_pylist(),
        "start_offset_ns": pc.subtract(spans["start_ns"], start_ns).to_numpy(),
        "total_cost": _coded(spans["cost_text"]),
        **{name: _listed(columns[name]) for name in _LISTED},
        **{name: _coded(columns[name]) for name in _CODED},
    }


def _listed(column: pa.ChunkedArray) -> orjson.Fragment:
    """Numbers as JSON; unknown ones are null."""
    texts = pc.fill_null(pc.cast(column, pa.string()), "null").combine_chunks()
    joined = pc.binary_join(pa.ListArray.from_arrays([0, len(texts)], texts), ",")
    return orjson.Fragment(f"[{joined[0].as_py()}]")


def _coded(column: pa.ChunkedArray) -> dict[str, object]:
    """What `Coded` says."""
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column, null_encoding="encode")
    encoded = column.combine_chunks()
    values, codes = encoded.dictionary, encoded.indices
    if len(column) and len(used := pc.unique(codes)) == 1:
        return {"values": values.take(used).to_pylist(), "codes": []}
    return {"values": values.to_pylist(), "codes": codes.to_numpy()}


def _as_json(answer: dict[str, object]) -> Response:
    content = orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(content, media_type="application/json")
