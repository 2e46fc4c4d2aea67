"""Log records as Arrow: the layout of a journal entry and of an insert into `logs`."""

from collections.abc import Sequence

import pyarrow as pa

from clearspan_server.model.log import LogRecord
from clearspan_server.store import layout

SCHEMA_VERSION = 2  # of a journal entry; raise it when a column changes its name or type
SCHEMA = layout.schema_of(
    LogRecord,
    {
        "record_id": pa.uint64(),
        "severity": pa.int8(),
        "attributes": layout.TEXTS,
        "resource": layout.TEXTS,
        "flags": pa.uint32(),
        "dropped_attributes": pa.uint32(),
        "truncated": layout.LIST,
        "redactions": layout.COUNTS,
    },
)


def to_batch(records: Sequence[LogRecord]) -> pa.RecordBatch:
    """The records as one batch of `SCHEMA`, a row each, in their order.

    Raises:
        pa.ArrowException: a value does not fit its column.
        OverflowError: as above.
    """
    return layout.rows(records, SCHEMA)


def from_bytes(data: bytes, schema_version: int) -> pa.Table:
    """The records of a journal entry, in today's layout.

    Raises:
        ValueError: a later version wrote it.
        pa.ArrowException: the bytes are no Arrow stream.
    """
    table = layout.table(data, schema_version, SCHEMA_VERSION)
    if "environment" in table.column_names:
        return table
    unknown = pa.repeat(pa.scalar("", pa.string()), table.num_rows)  # the first layout had none
    return table.append_column("environment", unknown).select(SCHEMA.names)
