"""Long texts as Arrow: pieces of whole characters, the layout of a journal entry and of an insert into `long_texts`."""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from clearspan_server.model.long_text import LongText
from clearspan_server.store import layout

SCHEMA_VERSION = 1  # of a journal entry; raise it when a column changes its name or type
PIECE_BYTES = 256 * 1024  # at most
# Of what follows a piece this much stands with it, so that what is looked for is found across their border.
AFTER_BYTES = 4 * 1024
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("project", "trace_id", "span_id", "field", "hash")),
        *((name, pa.uint64()) for name in ("start", "size_bytes")),
        *((name, pa.int64()) for name in ("time_ns", "received_ns")),
        ("cleaned", pa.uint32()),
        *((name, pa.string()) for name in ("text", "after")),
    ]
)


def to_batch(texts: Sequence[LongText]) -> pa.RecordBatch:
    """The texts as one batch of `SCHEMA`, a row for each piece.

    Raises:
        pa.ArrowException: a text is no UTF-8.
    """
    rows = [
        (
            *(one.project, one.trace_id, one.span_id, one.field, one.hash),
            *(start, len(one.text), one.time_ns, one.received_ns, one.cleaned),
            *(one.text[start:end], one.text[end : _border(one.text, end + AFTER_BYTES)]),
        )
        for one in texts
        for start, end in _pieces(one.text)
    ]
    columns = zip(*rows, strict=True) if rows else [()] * len(SCHEMA)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, SCHEMA.types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def from_bytes(data: bytes, schema_version: int) -> pa.Table:
    """The pieces of a journal entry.

    Raises:
        ValueError: a later version wrote it.
        pa.ArrowException: the bytes are no Arrow stream.
    """
    return layout.table(data, schema_version, SCHEMA_VERSION)


def _pieces(text: bytes) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = _border(text, start + PIECE_BYTES)
        yield start, end
        start = end


def _border(text: bytes, at: int) -> int:
    """The nearest place before or at this one where a character begins, or the text ends."""
    if at >= len(text):
        return len(text)
    while text[at] & 0xC0 == 0x80:
        at -= 1
    return at
