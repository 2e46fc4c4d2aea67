"""Parquet files of spans: written beside and put in place at once, so that a file is always whole."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from clearspan_server.store.cold_place import File

_ROWS, _BYTES = 10_000, 64 * 1024 * 1024  # of a group, which is read at once


class Writing:
    """A file that is being written; the first table says which columns it has."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._sink: pa.NativeFile | None = None
        self._writer: object = None
        self.rows = 0

    def add(self, table: pa.Table) -> None:
        """Add rows; also of none there is a file."""
        from pyarrow import parquet  # noqa: PLC0415 - only who has cold storage pays for it

        if self._writer is None:
            self._sink = self._file.place.sink(self._file.written)
            self._writer = parquet.ParquetWriter(self._sink, table.schema, compression="zstd")
        if len(table):
            rows = min(_ROWS, max(1, len(table) * _BYTES // max(1, table.nbytes)))
            self._writer.write_table(table, row_group_size=rows)  # type: ignore[attr-defined]  # made above
            self.rows += len(table)

    def close(self) -> bool:
        """End the file; gives whether there is one."""
        if self._writer is None or self._sink is None:
            return False
        self._writer.close()  # type: ignore[attr-defined]  # as above
        self._sink.close()
        return True


@contextmanager
def replacing(file: File, reading: AbstractContextManager[object]) -> Iterator[Writing]:
    """What is written becomes the file when the block has ended, and is kept then; where nothing was, it goes.

    Args:
        file: Which one.
        reading: Held while it is replaced: of a bucket, who reads on would read half of the old and half of the new.
    """
    writing = Writing(file)
    try:
        yield writing
        is_there = writing.close()
    except BaseException:
        with suppress(OSError, pa.ArrowException):  # what stays is removed by the next turn
            writing.close()
            file.place.remove(file.written)
        raise
    with reading:
        if is_there:
            file.place.put(file.written, file.name)
        else:
            file.place.remove(file.name)


def tables(file: File, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """The rows of a file, a group at a time."""
    with _opened(file) as opened:
        for number in range(opened.num_row_groups):
            yield opened.read_row_group(number, columns=None if columns is None else list(columns))


def rows_of(file: File) -> int:
    """How many rows a file has."""
    with _opened(file) as opened:
        return int(opened.metadata.num_rows)


def between(file: File, columns: Sequence[str], from_ns: int, to_ns: int) -> Iterator[pa.Table]:
    """Columns of the groups of which a row may start in a stretch."""
    with _opened(file) as opened:
        at = opened.schema.names.index("start_ns")
        for number in range(opened.num_row_groups):
            told = opened.metadata.row_group(number).column(at).statistics
            if told is None or (told.min < to_ns and told.max >= from_ns):
                yield opened.read_row_group(number, columns=list(columns))


def of_traces(file: File, trace_ids: Collection[str]) -> Iterator[pa.Table]:
    """The rows of some traces; of groups that have none only their ids are read."""
    with _opened(file) as opened:
        for number in range(opened.num_row_groups):
            chosen = _are_of(opened.read_row_group(number, columns=["trace_id"]), trace_ids)
            if pc.any(chosen).as_py():
                yield opened.read_row_group(number).filter(chosen)


def count_of(file: File, trace_ids: Collection[str]) -> int:
    """How many rows some traces have."""
    return sum(
        pc.sum(_are_of(table, trace_ids)).as_py() or 0 for table in tables(file, ["trace_id"])
    )


def without(file: File, trace_ids: Collection[str], reading: AbstractContextManager[object]) -> int:
    """Write a file anew without some traces; gives how many rows are left. Of none an empty one stays."""
    with replacing(file, reading) as writing:
        for table in tables(file):
            writing.add(table.filter(pc.invert(_are_of(table, trace_ids))))
    return writing.rows


def traces_with(
    file: File, columns: Sequence[str] | None, is_so: Callable[[dict[str, object]], bool]
) -> set[str]:
    """The traces of which a row is so; of `columns` one is the trace's id."""
    return {
        str(row["trace_id"])
        for table in tables(file, columns)
        for row in table.to_pylist()
        if is_so(row)
    }


@contextmanager
def _opened(file: File) -> Iterator[Any]:
    from pyarrow import parquet  # noqa: PLC0415 - as above

    with parquet.ParquetFile(file.place.source(file.name)) as opened:
        yield opened


def _are_of(table: pa.Table, trace_ids: Collection[str]) -> pa.ChunkedArray:
    return pc.is_in(table["trace_id"], value_set=pa.array(sorted(trace_ids), pa.string()))
