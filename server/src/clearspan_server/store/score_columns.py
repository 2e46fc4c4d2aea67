"""Scores as Arrow: the layout of a journal entry and of an insert into `scores`."""

from collections.abc import Sequence

import pyarrow as pa

from clearspan_server.model.score import Score
from clearspan_server.store import layout

SCHEMA_VERSION = 2  # of a journal entry; raise it when a column changes its name or type
SCHEMA = layout.schema_of(
    Score, {"value": pa.float64(), "version": pa.uint64(), "is_deleted": pa.uint8()}
)


def to_batch(scores: Sequence[Score]) -> pa.RecordBatch:
    """The scores as one batch of `SCHEMA`, a row each, in their order.

    Raises:
        pa.ArrowException: a value does not fit its column.
        OverflowError: as above.
    """
    return layout.rows(scores, SCHEMA)


def from_bytes(data: bytes, schema_version: int) -> pa.Table:
    """The scores of a journal entry, in today's layout.

    Raises:
        ValueError: a later version wrote it.
        pa.ArrowException: the bytes are no Arrow stream.
    """
    table = layout.table(data, schema_version, SCHEMA_VERSION)
    for field in SCHEMA:
        if field.name not in table.column_names:  # of version 1, which had fewer texts
            table = table.append_column(field, pa.array([""] * table.num_rows, field.type))
    return table.select(SCHEMA.names)
