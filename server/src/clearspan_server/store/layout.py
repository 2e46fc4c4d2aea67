"""Records as Arrow: dataclasses to columns, and a journal entry back to a table."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

import pyarrow as pa

TEXTS = pa.map_(pa.string(), pa.string())
COUNTS = pa.map_(pa.string(), pa.uint32())
LIST = pa.list_(pa.string())


def schema_of(record: type, types: Mapping[str, pa.DataType]) -> pa.Schema:
    """The columns of a dataclass: times are integers, what `types` does not name is text."""
    return pa.schema([(field.name, _type(field.name, types)) for field in fields(record)])


def _type(name: str, types: Mapping[str, pa.DataType]) -> pa.DataType:
    if name in types:
        return types[name]
    return pa.int64() if name.endswith("_ns") else pa.string()


def rows(records: Sequence[object], schema: pa.Schema) -> pa.RecordBatch:
    """The records as one batch, a row each, in their order.

    Raises:
        pa.ArrowException: a value does not fit its column.
        OverflowError: as above.
    """
    if not records:
        return pa.RecordBatch.from_pylist([], schema)
    values = zip(*map(attrgetter(*schema.names), records), strict=True)
    columns = [_column(kind, column) for kind, column in zip(schema.types, values, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _column(kind: pa.DataType, values: Sequence[Any]) -> pa.Array:
    if pa.types.is_map(kind):
        return pa.array([list(one.items()) for one in values], kind)
    return pa.array(values, kind)


def table(data: bytes, version: int, newest: int) -> pa.Table:
    """The rows of a journal entry.

    Raises:
        ValueError: another version wrote it than this one reads.
        pa.ArrowException: the bytes are no Arrow stream.
    """
    if not 1 <= version <= newest:
        raise ValueError(f"its layout is {version}; this version reads 1 to {newest}")
    with pa.ipc.open_stream(data) as reader:
        return reader.read_all()
