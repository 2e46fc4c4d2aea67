"""Parts of spans: what came beside a span's finished record, kept as facts of their own in `span_parts`."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, dataclass, fields
from decimal import Decimal
from typing import Any, Literal

import orjson
import pyarrow as pa

from clearspan_server.model.span import Span
from clearspan_server.store.columns import SCHEMA, SCHEMA_VERSION
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement

PartKind = Literal["open", "update", "log"]

_PARTS_SCHEMA = pa.schema(
    [
        ("project", pa.string()),
        ("trace_id", pa.string()),
        ("span_id", pa.string()),
        ("part", pa.string()),
        ("part_id", pa.uint64()),
        ("received_ns", pa.int64()),
        ("schema_version", pa.uint16()),
        ("data", pa.string()),
    ]
)

# What a field holds that nothing was said of.
DEFAULTS: dict[str, object] = {
    one.name: one.default_factory() if one.default_factory is not MISSING else one.default
    for one in fields(Span)
}
_MAPS = frozenset(field.name for field in SCHEMA if pa.types.is_map(field.type))
_MONEY = frozenset(field.name for field in SCHEMA if pa.types.is_decimal(field.type))
# A part that is sent again differs in these alone.
_OF_RECEIVING = ("received_ns", "version")
_ID_BYTES = 8


@dataclass(slots=True, frozen=True)
class Part:
    """What one record or its log events said of a span; fields that it did not speak of are at their defaults."""

    kind: PartKind
    part_id: int  # a hash of what it says
    span: Span


SpanKey = tuple[str, str, str]  # project, trace id, span id


def to_parts(kind: str, table: pa.Table) -> pa.Table:
    """Rows of the table `span_parts`, in the order of the rows in `columns.SCHEMA` that they are made of."""
    rows = [_row(kind, span) for span in table.to_pylist()]
    return pa.Table.from_pylist(rows, _PARTS_SCHEMA)


def read_parts(engine: Engine, keys: Sequence[tuple[str, str]]) -> dict[SpanKey, list[Part]]:
    """The parts of the spans of these (project, trace id)s, in the order in which they came first."""
    values = {
        "projects": sorted({project for project, _ in keys}),
        "trace_ids": [trace_id for _, trace_id in keys],
    }
    found: defaultdict[SpanKey, list[Part]] = defaultdict(list)
    for row in engine.query(statement("clearspan_server.store.schema", "span_parts_read"), values):
        key = row["project"], row["trace_id"], row["span_id"]
        span = _span(row["data"], row["received_ns"])
        found[key].append(Part(row["part"], row["part_id"], span))
    return found


def part_of(kind: PartKind, span: Span) -> Part:
    """A span as the part that the engine would give back for it."""
    table = pa.Table.from_pylist([_arrow_values(span)], SCHEMA)
    row = to_parts(kind, table).to_pylist()[0]
    return Part(kind, row["part_id"], _span(row["data"], row["received_ns"]))


def _arrow_values(span: Span) -> dict[str, object]:
    return {
        name: list(value.items()) if isinstance(value := getattr(span, name), dict) else value
        for name in SCHEMA.names
    }


def _row(kind: str, span: dict[str, Any]) -> dict[str, object]:
    said = {name: value for name, value in _plain(span) if value != DEFAULTS[name]}
    received_ns = said.pop("received_ns", 0)
    content = {name: value for name, value in said.items() if name not in _OF_RECEIVING}
    data = orjson.dumps(content, default=str, option=orjson.OPT_SORT_KEYS)
    digest = hashlib.blake2b(kind.encode() + data, digest_size=_ID_BYTES).digest()
    return {
        "project": span["project"],
        "trace_id": span["trace_id"],
        "span_id": span["span_id"],
        "part": kind,
        "part_id": int.from_bytes(digest),
        "received_ns": received_ns,
        "schema_version": SCHEMA_VERSION,
        "data": data.decode(),
    }


def _plain(span: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, value in span.items():
        yield name, dict(value) if name in _MAPS and value is not None else value


def _span(data: str, received_ns: int) -> Span:
    """The span of a part's JSON. Fields that a later version does not know any more are passed over."""
    said = {name: value for name, value in orjson.loads(data).items() if name in DEFAULTS}
    for name in _MONEY & said.keys():
        said[name] = Decimal(said[name])
    costs = said.get("cost_by_class", {})
    said["cost_by_class"] = {name: Decimal(cost) for name, cost in costs.items()}
    numbers = said.get("attributes_number", {})
    # NaN and the infinities are no JSON: the attribute's text has them.
    said["attributes_number"] = {key: one for key, one in numbers.items() if one is not None}
    return Span(**said, received_ns=received_ns, version=received_ns)
