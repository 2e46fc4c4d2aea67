"""Spans as Arrow: the layout of a journal entry and of an insert into the engine."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import Any

import pyarrow as pa

from clearspan_server.model.span import Span

SCHEMA_VERSION = 3  # of a journal entry; raise it when a column changes its name or type

_MONEY = pa.decimal128(18, 12)
_WIDE: dict[str, pa.DataType] = {
    "parent_remote": pa.bool_(),
    "step_index": pa.uint32(),
    "attempt": pa.uint16(),
    "streamed": pa.bool_(),
    "counted": pa.bool_(),
    "normaliser_version": pa.uint16(),
    "sample_weight": pa.float64(),
    "version": pa.uint64(),
    "is_deleted": pa.bool_(),
    "tags": pa.list_(pa.string()),
    "truncated": pa.list_(pa.string()),
    "filled": pa.list_(pa.string()),
    "attributes": pa.map_(pa.string(), pa.string()),
    "attributes_number": pa.map_(pa.string(), pa.float64()),
    "mirrored": pa.map_(pa.string(), pa.string()),
    "resource": pa.map_(pa.string(), pa.string()),
    "usage_other": pa.map_(pa.string(), pa.uint64()),
    "redactions": pa.map_(pa.string(), pa.uint32()),
    "cost_by_class": pa.map_(pa.string(), _MONEY),
}


def _type(name: str) -> pa.DataType:
    if name in _WIDE:
        return _WIDE[name]
    if name.endswith("_ns"):
        return pa.int64()
    if name.endswith("_tokens"):
        return pa.uint64()
    return _MONEY if name.endswith("_cost") else pa.string()


SCHEMA = pa.schema([(field.name, _type(field.name)) for field in fields(Span)])


_ROW = attrgetter(*SCHEMA.names)

# Columns with the same value in all rows are kept for the next request, within these bounds.
_LEAST_REPEATED, _MOST_REPEATED, _SHORT_CHARS = 16, 4_096, 64


def to_batch(spans: Sequence[Span]) -> pa.RecordBatch:
    """The spans as one record batch of `SCHEMA`, a row each, in their order."""
    if not spans:
        return pa.RecordBatch.from_pylist([], SCHEMA)
    values = zip(*map(_ROW, spans), strict=True)
    columns = [_column(name, column) for name, column in zip(SCHEMA.names, values, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _column(name: str, values: tuple[Any, ...]) -> pa.Array:
    """One column; where all rows have the same short value, as in half of all columns, it is built once."""
    first, count = values[0], len(values)
    is_same = first == values[-1] and values.count(first) == count
    if not is_same or not _LEAST_REPEATED <= count <= _MOST_REPEATED:
        return _BUILDERS[name](values)
    if isinstance(first, (dict, list)):
        # Maps that are equal may differ in the order of their keys, unless they are empty.
        return _BUILDERS[name](values) if first else _repeated(name, None, count)
    if isinstance(first, str) and len(first) > _SHORT_CHARS:
        return _BUILDERS[name](values)
    return _repeated(name, first, count)


@lru_cache(maxsize=2_048)
def _repeated(name: str, value: str | float | Decimal | None, count: int) -> pa.Array:
    """A column with one value in all rows; None stands for an empty list or map where the column has those."""
    nothing: Any = [] if pa.types.is_list(SCHEMA.field(name).type) else {}
    is_nested = pa.types.is_nested(SCHEMA.field(name).type)
    return _BUILDERS[name]((nothing if is_nested else value,) * count)


def _plain(kind: pa.DataType) -> Callable[[Sequence[Any]], pa.Array]:
    return lambda values: pa.array(values, kind)


def _map(kind: pa.MapType) -> Callable[[Sequence[dict[str, Any]]], pa.Array]:
    def build(maps: Sequence[dict[str, Any]]) -> pa.Array:
        # Flat keys and values with offsets: three times as fast as handing tuples to Arrow.
        offsets, end = [0], 0
        for one in maps:
            end += len(one)
            offsets.append(end)
        keys = pa.array(chain.from_iterable(maps), kind.key_type, size=end)
        values = pa.array(
            chain.from_iterable([one.values() for one in maps]), kind.item_type, size=end
        )
        return pa.MapArray.from_arrays(pa.array(offsets, pa.int32()), keys, values)

    return build


_BUILDERS: dict[str, Callable[[Sequence[Any]], pa.Array]] = {
    field.name: _map(field.type) if pa.types.is_map(field.type) else _plain(field.type)
    for field in SCHEMA
}


# What a span has in columns that an earlier layout did not know.
_EMPTY: dict[str, list[Any]] = {
    "process": [""],
    "filled": [[]],
    "service_tier": [""],
    "call_key": [""],
}


def to_bytes(batch: pa.RecordBatch) -> bytes:
    """A journal entry: one Arrow IPC stream, compressed with LZ4."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, batch.schema, options=options) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def from_bytes(data: bytes, schema_version: int) -> pa.Table:
    """The spans of a journal entry, in today's layout whatever version wrote it.

    Raises:
        ValueError: a later version wrote it.
        pa.ArrowException: the bytes are no Arrow stream.
    """
    if not 1 <= schema_version <= SCHEMA_VERSION:
        raise ValueError(
            f"its layout is {schema_version}; this version reads 1 to {SCHEMA_VERSION}"
        )
    with pa.ipc.open_stream(data) as reader:
        table = reader.read_all()
    return table if schema_version == SCHEMA_VERSION else _completed(table)


def _completed(table: pa.Table) -> pa.Table:
    """A table of an earlier layout with the columns that it lacks, empty."""
    columns = [
        table[field.name]
        if field.name in table.column_names
        else pa.chunked_array([_BUILDERS[field.name](_EMPTY[field.name] * table.num_rows)])
        for field in SCHEMA
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)
