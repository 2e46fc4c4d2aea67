"""What a recorded model call asked: its texts whole, however long they are."""

from dataclasses import dataclass

from clearspan_server.model.long_text import field_of, kept_whole
from clearspan_server.query.long_texts import find_text, read_range
from clearspan_server.query.spans import read_span
from clearspan_server.store.engine import Engine, Row

FIELDS = ("input", "tool_definitions", "parameters")


@dataclass(slots=True, frozen=True)
class Request:
    """The row of a span, the texts of its request by field, and those of which the rest is gone."""

    row: Row
    texts: dict[str, str]
    cut: list[str]


def read_request(
    engine: Engine, project: str, trace_id: str, span_id: str, max_bytes: int
) -> Request:
    """The request of a span; a text of more than `max_bytes` counts as cut.

    Raises:
        NotFound: the trace has no such span in this project.
    """
    row = read_span(engine, project, trace_id, span_id)
    texts = {name: str(row[name] or "") for name in FIELDS}
    whole, cut = kept_whole(row["truncated"]), []
    for name in FIELDS:
        if name not in map(field_of, row["truncated"]):
            continue
        if name in whole and whole[name].size_bytes <= max_bytes:
            text = find_text(engine, project, trace_id, span_id, name)
            texts[name] = b"".join(read_range(engine, text, 0, text.size_bytes)).decode()
        else:
            cut.append(name)
    return Request(row, texts, cut)
