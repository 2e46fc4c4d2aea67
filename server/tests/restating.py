"""Requests taken as a server takes them, without one: the spans that would be stored, with what lies beside them."""

from collections.abc import Iterable
from typing import Any

import orjson

from clearspan_server.ingest.admission import IngestAccess
from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.merge import fold
from clearspan_server.ingest.prices import LIST_ONLY
from clearspan_server.ingest.redact import Redactor
from clearspan_server.ingest.restate import Stored, request_of
from clearspan_server.ingest.signals import Clock, Encoding, Setting, take
from clearspan_server.ingest.stored import draft_of
from clearspan_server.model.delivery import Signal
from clearspan_server.model.long_text import kept_whole
from clearspan_server.model.span import Span
from clearspan_server.store import columns, text_columns
from clearspan_server.store.journal import Rows
from clearspan_server.store.parts import Part, PartKind, part_of

_PRIVACY = Privacy(Redactor(), b"test")
HERE, THERE = (
    Setting(IngestAccess("p", environment, "test"), _PRIVACY, Clock(), LIST_ONLY)
    for environment in ("here", "")
)
# When and how it came; what came beside a finished record, or before it, is in it when it is sent again.
_OF_RECEIVING = ("received_ns", "version", "sender", "process", "filled")
# What was sent, whether it stands among the attributes or in a field that holds it to the letter.
_OF_ATTRIBUTES = ("attributes", "attributes_overflow", "mirrored")

Sent = tuple[Signal, Encoding, bytes]
_PARTS: tuple[PartKind, ...] = ("open", "update", "log")


def stored_of(requests: Iterable[Sent], setting: Setting = HERE) -> list[Stored]:
    """The spans as rows of the engine, in order of their ids, what came in parts folded."""
    rows: dict[tuple[str, str], Span] = {}
    parts: dict[tuple[str, str], list[Part]] = {}
    texts: dict[tuple[str, str, str, str], str] = {}
    for signal, encoding, body in requests:
        taken = take(signal, encoding, body, setting)
        assert not taken.rejected
        for one in taken.rows:
            if one.kind == "texts":
                texts |= _texts(one.data)
            elif one.kind == "spans":
                rows |= {(span.trace_id, span.span_id): span for span in _spans(one.data)}
            elif one.kind in _PARTS:
                _add_parts(parts, one)
    for key, said in parts.items():
        rows[key] = fold(rows.get(key), said, LIST_ONLY) or rows[key]
    return [Stored(rows[key], _wholes(rows[key], texts)) for key in sorted(rows)]


def again(stored: Iterable[Stored]) -> list[Stored]:
    """What a server stores of what another one says of these spans."""
    return stored_of([("traces", "json", orjson.dumps(request_of(list(stored))))], THERE)


def normal(stored: Stored) -> dict[str, Any]:
    """Everything but when and how it came, its attributes as the API shows them."""
    span = stored.span
    names = [name for name in Span.__slots__ if name not in (*_OF_RECEIVING, *_OF_ATTRIBUTES)]
    found = {name: getattr(span, name) for name in names}
    return found | {"sent": draft_of(span).attributes, "wholes": stored.wholes}


def _add_parts(parts: dict[tuple[str, str], list[Part]], rows: Rows) -> None:
    for span in _spans(rows.data):
        part = part_of(rows.kind, span)  # type: ignore[arg-type]  # one of _PARTS
        parts.setdefault((span.trace_id, span.span_id), []).append(part)


def _spans(data: bytes) -> list[Span]:
    rows = columns.from_bytes(data, columns.SCHEMA_VERSION).to_pylist(maps_as_pydicts="strict")
    return [Span(**row) for row in rows]


def _texts(data: bytes) -> dict[tuple[str, str, str, str], str]:
    rows = text_columns.from_bytes(data, text_columns.SCHEMA_VERSION).to_pylist()
    found: dict[tuple[str, str, str, str], str] = {}
    for row in sorted(rows, key=lambda row: row["start"]):
        key = (row["trace_id"], row["span_id"], row["field"], row["hash"])
        found[key] = found.get(key, "") + row["text"]
    return found


def _wholes(span: Span, texts: dict[tuple[str, str, str, str], str]) -> dict[str, str]:
    found = kept_whole(span.truncated).values()
    return {one.field: texts[span.trace_id, span.span_id, one.field, one.hash] for one in found}
