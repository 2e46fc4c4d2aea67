"""Rows of a list, as JSON lines, to Parquet: read twice, so that a column has the type of all its values."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from clearspan_server.cli.moving.destination import own_file

_GROUP_ROWS = 10_000
_MONEY = re.compile(r"(.*_)?costs?")
_AMOUNT = re.compile(r"-?[0-9]{1,26}(\.[0-9]{1,12})?")
_DOLLARS = pa.decimal128(38, 12)
_USUAL = (
    (_MONEY, _DOLLARS),
    (re.compile(r".*_(ns|tokens|count)|attempt"), pa.int64()),
    (re.compile(r"streamed"), pa.bool_()),
    (re.compile(r"tags|services|models|environments"), pa.list_(pa.string())),
)
_SCALARS = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}


def converted(lines: Path) -> Path:
    """The Parquet file of these lines, beside them.

    Lists of texts stay lists; objects and other lists become JSON text; money is decimal.
    """
    made = lines.with_name(f"{lines.name}.parquet")
    schema = _schema(lines)
    with own_file(made) as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for rows in _groups(lines):
            plain = [
                {field.name: _value(row.get(field.name), field.type) for field in schema}
                for row in rows
            ]
            writer.write_table(pa.Table.from_pylist(plain, schema))
    return made


def _groups(lines: Path) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    with lines.open("rb") as file:
        for line in file:
            group.append(json.loads(line))
            if len(group) == _GROUP_ROWS:
                yield group
                group = []
    if group:
        yield group


def _schema(lines: Path) -> pa.Schema:
    found: dict[str, set[pa.DataType | None]] = {}
    for rows in _groups(lines):
        for row in rows:
            for name, value in row.items():
                found.setdefault(name, set()).add(_type(name, value))
    return pa.schema([(name, _common(name, types - {None})) for name, types in found.items()])


def _type(name: str, value: Any) -> pa.DataType | None:  # noqa: ANN401 - foreign JSON
    """None for a value that says nothing of its type."""
    if value is None or value == []:
        return None
    if isinstance(value, str) and _MONEY.fullmatch(name) and _AMOUNT.fullmatch(value):
        return _DOLLARS
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return pa.list_(pa.string())
    return _SCALARS.get(type(value), pa.null())  # what has no type of its own


def _common(name: str, types: set[pa.DataType]) -> pa.DataType:
    """The type of a column; text, of JSON where need be, where its values are of several.

    Of one without any value its name says it, so that two exports of a list have the same columns.
    """
    if not types:
        return next((kind for form, kind in _USUAL if form.fullmatch(name)), pa.string())
    if types == {pa.int64(), pa.float64()}:
        return pa.float64()
    return next(iter(types)) if len(types) == 1 and pa.null() not in types else pa.string()


def _value(value: Any, kind: pa.DataType) -> Any:  # noqa: ANN401 - foreign JSON
    if value is None:
        return None
    if kind == _DOLLARS:
        return Decimal(value)
    if kind == pa.string() and not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return value
