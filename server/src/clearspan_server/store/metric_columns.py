"""Metric points as Arrow: the layout of a journal entry and of an insert into `metrics`."""

from collections.abc import Sequence

import pyarrow as pa

from clearspan_server.model.metric import MetricPoint
from clearspan_server.store import layout

SCHEMA_VERSION = 1  # of a journal entry; raise it when a column changes its name or type
SCHEMA = layout.schema_of(
    MetricPoint,
    {
        "series": pa.uint64(),
        "monotonic": pa.bool_(),
        "value": pa.float64(),
        "count": pa.uint64(),
        "sum": pa.float64(),
        "min": pa.float64(),
        "max": pa.float64(),
        "bounds": pa.list_(pa.float64()),
        "bucket_counts": pa.list_(pa.uint64()),
        "attributes": layout.TEXTS,
        "resource": layout.TEXTS,
        "flags": pa.uint32(),
        "truncated": layout.LIST,
        "redactions": layout.COUNTS,
    },
)


def to_batch(points: Sequence[MetricPoint]) -> pa.RecordBatch:
    """The points as one batch of `SCHEMA`, a row each, in their order.

    Raises:
        pa.ArrowException: a value does not fit its column.
        OverflowError: as above.
    """
    return layout.rows(points, SCHEMA)


def from_bytes(data: bytes, schema_version: int) -> pa.Table:
    """The points of a journal entry, in today's layout.

    Raises:
        ValueError: a later version wrote it.
        pa.ArrowException: the bytes are no Arrow stream.
    """
    return layout.table(data, schema_version, SCHEMA_VERSION)
