"""Phoenix's exports: its dataframe of spans, as Parquet or JSON lines, and the spans that its API gives.

A row has `context.trace_id`, `context.span_id` and an `attributes.…` column for each attribute; lists in it are what
OpenInference writes as numbered attributes. As OTLP, the server reads them as if the library had sent them.
"""

import io
import json
import math
import shutil
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from clearspan_server.cli.moving.otlp_spans import attribute, hex_of, nanoseconds, request_group
from clearspan_server.cli.moving.progress import amount
from clearspan_server.cli.moving.records import Json, Place, Record, Untaken, size_of

_SCOPE = "phoenix"
_AS_JSON = frozenset(("metadata", "llm.invocation_parameters", "tool.parameters"))
_STATUS = {"OK": 1, "ERROR": 2}
_ROWS = 500  # of a Parquet file at once
_GROUP_BYTES = 1024 * 1024 * 1024  # of a group of its rows, inflated
_COPIED_BYTES = 1024 * 1024


def is_phoenix(value: Any) -> bool:  # noqa: ANN401 - foreign JSON
    """Whether it is a row of the dataframe, or a span of the API."""
    return isinstance(value, dict) and bool(_context(value).get("trace_id"))


def records(values: Iterator[tuple[Place, Any]]) -> Iterator[Record | Untaken]:
    """A record for each span."""
    for place, value in values:
        if not is_phoenix(value):
            yield Untaken(place, "it is no span of Phoenix's: it has no context.trace_id")
            continue
        span = _span(value)
        if not span["startTimeUnixNano"]:
            yield Untaken(place, "its start_time cannot be read", 1, "span")
            continue
        group = request_group(_SCOPE, [span])
        yield Record("traces", [group], place, size_of(group), {"spans": 1})


def parquet_values(file: IO[bytes], path: str) -> Iterator[tuple[Place, Any]]:
    """The rows of a Parquet file; times are nanoseconds.

    Raises:
        OSError: it is damaged, or its groups of rows are too large to be held.
    """
    import pyarrow as pa  # noqa: PLC0415 - takes long to import
    import pyarrow.parquet as pq  # noqa: PLC0415 - as above

    number = 0
    try:
        with _seekable(file) as whole:
            read = pq.ParquetFile(whole)
            _look_at_groups(read.metadata)
            for batch in read.iter_batches(_ROWS):
                for row in _in_ns(pa.Table.from_batches([batch])).to_pylist():
                    number += 1
                    yield Place(path, f"row {number}"), row
    except pa.ArrowException as error:
        raise OSError(f"behind row {number}: {error}") from error


def _seekable(file: IO[bytes]) -> IO[bytes]:
    """The file; what comes through a pipe or is compressed is put on disk first."""
    if isinstance(file, io.BufferedReader) and isinstance(file.raw, io.FileIO) and file.seekable():
        return file
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - who asks closes it
    shutil.copyfileobj(file, copy, _COPIED_BYTES)
    copy.seek(0)
    return copy


def _look_at_groups(metadata: Any) -> None:  # noqa: ANN401 - pyarrow has no types
    """Refuse what can be read only with more memory than a command should take."""
    for number in range(metadata.num_row_groups):
        size_bytes = metadata.row_group(number).total_byte_size
        if size_bytes > _GROUP_BYTES:
            raise OSError(
                f"its group {number + 1} of rows has {amount(size_bytes)}; at most {amount(_GROUP_BYTES)} are read:"
                " write it with smaller groups (row_group_size)"
            )


def _in_ns(table: Any) -> Any:  # noqa: ANN401 - as above
    import pyarrow as pa  # noqa: PLC0415 - takes long to import

    for at, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            column = table[field.name].cast(pa.timestamp("ns", field.type.tz))
            table = table.set_column(at, field.name, column.cast(pa.int64()))
    return table


def _context(row: Json) -> Json:
    held = row.get("context")
    if isinstance(held, dict):
        return held
    return {name: row.get(f"context.{name}") for name in ("trace_id", "span_id")}


def _span(row: Json) -> Json:
    context = _context(row)
    trace = str(context["trace_id"])
    attributes = {key: value for name, value in row.items() for key, value in _named(name, value)}
    kind = row.get("span_kind")
    if isinstance(kind, str) and kind:
        attributes.setdefault("openinference.span.kind", kind)
    parent = row.get("parent_id")
    status = {"code": _STATUS.get(str(row.get("status_code")), 0)}
    return {
        "traceId": hex_of(trace, 32),
        "spanId": hex_of(str(context.get("span_id") or trace), 16),
        "parentSpanId": hex_of(parent, 16) if isinstance(parent, str) and parent else "",
        "name": str(row.get("name") or ""),
        "startTimeUnixNano": str(nanoseconds(row.get("start_time")) or ""),
        "endTimeUnixNano": str(nanoseconds(row.get("end_time")) or 0),
        "status": status | {"message": str(row.get("status_message") or "")},
        "attributes": [attribute(key, value) for key, value in attributes.items()],
        "events": [_event(one) for one in _listed(row.get("events")) if isinstance(one, dict)],
    }


def _event(event: Json) -> Json:
    held = event.get("attributes")
    said = dict(_flat("", held)) if isinstance(held, dict) else {}
    return {
        "name": str(event.get("name") or ""),
        "timeUnixNano": str(nanoseconds(event.get("timestamp")) or 0),
        "attributes": [attribute(key, value) for key, value in said.items()],
    }


def _named(name: str, value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - foreign JSON
    if name == "attributes" and isinstance(value, dict):
        yield from _flat("", value)
    elif name.startswith("attributes."):
        yield from _flat(name.removeprefix("attributes."), value)


def _flat(key: str, value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - foreign JSON
    """A value under its dotted names; what is missing in a dataframe is None or no number."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return
    if key in _AS_JSON and isinstance(value, (dict, list)):
        yield key, json.dumps(value, ensure_ascii=False, default=str)
    elif isinstance(value, dict):
        for name, held in value.items():
            yield from _flat(f"{key}.{name}" if key else str(name), held)
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        for number, one in enumerate(value):
            yield from _flat(f"{key}.{number}", one)
    else:
        yield key, value


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - foreign JSON
    return value if isinstance(value, list) else []
