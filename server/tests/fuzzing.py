"""Broken OTLP requests, and the way of a body through ingest up to its Arrow rows; for tests and `make fuzz`."""

import base64
import json
import random
import struct
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from clearspan_server.ingest import (
    decode_logs,
    decode_metrics,
    decode_metrics_json,
    decode_traces,
)
from clearspan_server.ingest.draft import Draft, Rejected
from clearspan_server.ingest.encode import Privacy, finish
from clearspan_server.ingest.encode_records import finish_log, finish_point
from clearspan_server.ingest.normalise import normalise
from clearspan_server.ingest.price import price
from clearspan_server.ingest.prices import LIST_ONLY
from clearspan_server.ingest.redact import Redactor
from clearspan_server.store import columns, log_columns, metric_columns

Signal = Literal["traces", "logs", "metrics"]
SIGNALS: tuple[Signal, ...] = ("traces", "logs", "metrics")
CAPTURES = Path(__file__).parent / "captures"
REQUESTS: dict[Signal, type[Message]] = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}
_PRIVACY = Privacy(Redactor(), b"a key of no install")
_NOW_NS = 1_790_000_000_000_000_000


@dataclass(slots=True)
class Outcome:
    """What became of a body: rows of every kind, and why records were not taken."""

    rows: int = 0
    rejected: Counter[str] = field(default_factory=Counter)


def through(signal: Signal, body: bytes, *, as_json: bool) -> Outcome:
    """A body on its way to its rows, which are read back.

    Raises:
        BadInput: the body cannot be read; nothing else may come out.
    """
    outcome = Outcome()
    if signal == "traces":
        spans = (decode_traces.decode_json if as_json else decode_traces.decode_protobuf)(body, "p")
        _count(outcome, spans.rejected, _batch([_span(one) for one in spans.drafts], columns))
    elif signal == "logs":
        logs = (decode_logs.decode_json if as_json else decode_logs.decode_protobuf)(body, "p")
        records = [finish_log(one, _PRIVACY) for one in logs.drafts]
        _count(outcome, logs.rejected, _batch(records, log_columns))
        _count(outcome, [], _batch([_span(one) for one in logs.parts], columns))
    else:
        reader = decode_metrics_json.decode_json if as_json else decode_metrics.decode_protobuf
        points = reader(body, "p")
        found = [finish_point(one, _PRIVACY) for one in points.drafts]
        _count(outcome, points.rejected, _batch(found, metric_columns))
    return outcome


def _span(draft: Draft) -> Any:
    normalise(draft)
    price(draft.span, LIST_ONLY)
    return finish(draft, _PRIVACY)


def _batch(records: list[Any], layout: Any) -> pa.Table:
    batch = layout.to_batch(records)
    batch.validate(full=True)
    return layout.from_bytes(columns.to_bytes(batch), layout.SCHEMA_VERSION)


def _count(outcome: Outcome, rejected: list[Rejected], table: pa.Table) -> None:
    outcome.rows += table.num_rows
    outcome.rejected.update(one.code for one in rejected)


def captured() -> list[tuple[Signal, bytes]]:
    """Requests of real clients, as they came."""
    return [
        (signal, path.read_bytes())
        for signal in SIGNALS
        for path in sorted(CAPTURES.glob(f"*/*.{signal}*.bin"))
    ]


def in_json(signal: Signal, body: bytes) -> bytes:
    """A request in OTLP/JSON, which is protobuf's own JSON, but ids in hex."""
    if body.startswith(b"{"):
        return body
    written = json_format.MessageToDict(REQUESTS[signal].FromString(body))
    rest: list[Any] = [written]
    while rest:
        node = rest.pop()
        if isinstance(node, dict):
            for key in [key for key in ("traceId", "spanId", "parentSpanId") if key in node]:
                node[key] = base64.b64decode(node[key]).hex()
        rest += [
            one
            for one in (node.values() if isinstance(node, dict) else node)
            if isinstance(one, (dict, list))
        ]
    return json.dumps(written).encode()


def broken(draw: random.Random, body: bytes) -> bytes:
    """The bytes with a few of them flipped, cut out, doubled, put in or replaced by what parsers trip over."""
    changed = bytearray(body)
    for _ in range(draw.randint(1, 6)):
        if not changed:
            break
        at = draw.randrange(len(changed))
        length = min(draw.choice((1, 1, 2, 8, 64)), len(changed) - at)
        match draw.randrange(6):
            case 0:
                changed[at] = draw.randrange(256)
            case 1:
                del changed[at : at + length]
            case 2:
                changed[at:at] = changed[at : at + length]
            case 3:
                changed[at:at] = draw.choice(_TRAPS)
            case 4:
                changed[at : at + length] = draw.choice(_TRAPS)[:length].ljust(length, b"\xff")
            case _:
                changed[at] ^= 1 << draw.randrange(8)
    return bytes(changed)


_TRAPS = (
    *(b"\xff", b"\x00", b"\xed\xa0\x80", b"\xf0\x9f", b"\\ud800", b"NaN", b"-Infinity", b"null"),
    *(
        b"1e999",
        b"9" * 30,
        b"-1",
        b'"',
        b"{",
        b"[[[[",
        b"\\u0000",
        b"\xff" * 9 + b"\x01",
        b"\x0a\x00",
    ),
)
_TEXTS = (
    *("", "\0", "NaN", "-1", "1e400", "é✓", "gpt-4o", "openai", "chat", "[", "{}", '{"a":'),
    *('[{"role":"user","parts":null}]', '[{"role":"user","content":[1]}]', "4111 1111 1111 1111"),
    *("a@b.example", "\ufffd", "\U0001f600", "exception", "gen_ai.choice", "gen_ai.user.message"),
)
_KEYS = (
    *("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"),
    *("gen_ai.operation.name", "gen_ai.request.model", "gen_ai.usage.input_tokens"),
    *("gen_ai.response.finish_reasons", "gen_ai.response.time_to_first_chunk", "event.name"),
    *("llm.input_messages.0.message.content", "llm.token_count.prompt", "openinference.span.kind"),
    *("clearspan.kind", "clearspan.state", "clearspan.tags", "clearspan.documents", "role", "id"),
    *("service.name", "user.id", "session.id", "exception.type", "content", "tool_calls", ""),
)
_NUMBERS = (0, 1, 2, 3, -1, 2**31 - 1, 2**31, 2**32 - 1, 2**53 + 1, 2**63 - 1, 2**64 - 1)
_FLOATS = (0.0, -0.0, 0.5, float("nan"), float("inf"), float("-inf"), 1e308, 5e-324, 24.0)


def random_message(draw: random.Random, signal: Signal) -> bytes:
    """A request of random content that protobuf can write; texts are no UTF-8 now and then."""
    message = REQUESTS[signal]()
    _fill(draw, message, 0)
    body = message.SerializeToString()
    return body.replace(b"gpt-4o", b"gpt-\xff\xfe") if draw.random() < 0.2 else body


def _fill(draw: random.Random, message: Message, depth: int) -> None:
    for one in message.DESCRIPTOR.fields:
        wanted = 0.95 if depth < 3 else 0.6 if depth < 8 else 0.35 if depth < 30 else 0.0
        if draw.random() > wanted:
            continue
        if one.is_repeated:
            for _ in range(draw.choice((0, 1, 1, 2, 3))):
                _add(draw, message, one, depth)
        elif one.message_type is not None:
            child = getattr(message, one.name)
            child.SetInParent()
            _fill(draw, child, depth + 1)
        else:
            setattr(message, one.name, _scalar(draw, one))


def _add(draw: random.Random, message: Message, one: Any, depth: int) -> None:
    held = getattr(message, one.name)
    if one.message_type is not None:
        _fill(draw, held.add(), depth + 1)
    else:
        held.append(_scalar(draw, one))


_RANGES = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}


def _scalar(draw: random.Random, one: Any) -> Any:
    if one.type == FieldDescriptor.TYPE_BYTES:
        return draw.randbytes(draw.choice((0, 8, 8, 16, 16, 16, 7)))
    if one.type == FieldDescriptor.TYPE_STRING:
        return draw.choice(_KEYS if one.name == "key" else (*_TEXTS, *_KEYS))
    if one.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return draw.choice(_FLOATS)
    if one.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return draw.random() < 0.5
    if one.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        return draw.choice((0, 1, 2, 3, 17, 99, -1))
    if one.name.endswith("_unix_nano") and draw.random() < 0.8:
        return _NOW_NS + draw.randint(-(10**12), 10**12)
    low, high = _RANGES[one.cpp_type]
    return min(max(draw.choice((*_NUMBERS, draw.getrandbits(63))), low), high)


def random_bits(draw: random.Random) -> bytes:
    """Bytes that look like fields of a message."""
    pieces = [
        struct.pack(
            "BB", draw.randrange(1, 16) << 3 | draw.choice((0, 1, 2, 5)), draw.randrange(99)
        )
        + draw.randbytes(draw.randrange(40))
        for _ in range(draw.randrange(1, 8))
    ]
    return b"".join(pieces)


_LISTS: dict[Signal, tuple[str, str, str]] = {
    "traces": ("resourceSpans", "scopeSpans", "spans"),
    "logs": ("resourceLogs", "scopeLogs", "logRecords"),
    "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
}
_JSON_KEYS = st.sampled_from(
    (
        *("key", "value", "values", "attributes", "name", "kind", "code", "status", "message"),
        *("stringValue", "intValue", "doubleValue", "boolValue", "arrayValue", "kvlistValue"),
        *("traceId", "spanId", "startTimeUnixNano", "endTimeUnixNano", "timeUnixNano", "events"),
        *("links", "flags", "body", "eventName", "severityNumber", "sum", "gauge", "histogram"),
        *(
            "dataPoints",
            "asInt",
            "asDouble",
            "count",
            "bucketCounts",
            "explicitBounds",
            "exemplars",
        ),
        *("low", "high", "unsigned", "resource", "scope", "droppedAttributesCount", "string_value"),
    )
)
_JSON_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from((*_TEXTS, *_KEYS, "a" * 32, "b" * 16, str(_NOW_NS), "\ud800", "0" * 32))
)
_JSON_VALUES = st.recursive(
    _JSON_SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_JSON_KEYS, inner, max_size=6),
    max_leaves=30,
)


@st.composite
def json_requests(draw: st.DrawFn, signal: Signal) -> bytes:
    """An OTLP/JSON request whose parts are anything, now and then also where OTLP wants an object."""
    groups, scopes, records = _LISTS[signal]
    record: dict[str, Any] = {
        "traceId": "a" * 32,
        "spanId": "b" * 16,
        "startTimeUnixNano": str(_NOW_NS),
        "timeUnixNano": str(_NOW_NS),
    }
    record |= draw(st.dictionaries(_JSON_KEYS, _JSON_VALUES, max_size=8))
    items: list[Any] = [record, *draw(st.lists(_JSON_VALUES, max_size=2))]
    scope: dict[str, Any] = {records: items}
    scope |= draw(st.dictionaries(st.sampled_from(("scope", "schemaUrl")), _JSON_VALUES))
    group: dict[str, Any] = {scopes: [scope]}
    group |= draw(st.dictionaries(st.sampled_from(("resource", "schemaUrl")), _JSON_VALUES))
    return json.dumps({groups: [group]}).encode("utf-8", "surrogatepass")
