"""Parquet files of spans: written beside and put in place at once, so that a file is always whole."""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

_ROWS = 10_000  # of a group, which is read at once


class Writing:
    """A file that is being written; the first table says which columns it has."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: object = None
        self.rows = 0

    def add(self, table: pa.Table) -> None:
        """Add rows; also of none there is a file."""
        from pyarrow import parquet  # noqa: PLC0415 - only who has cold storage pays for it

        if self._writer is None:
            self._writer = parquet.ParquetWriter(self._path, table.schema, compression="zstd")
        if len(table):
            self._writer.write_table(table, row_group_size=_ROWS)  # type: ignore[attr-defined]  # made above
            self.rows += len(table)

    def close(self) -> bool:
        """End the file; gives whether there is one."""
        if self._writer is None:
            return False
        self._writer.close()  # type: ignore[attr-defined]  # as above
        return True


@contextmanager
def replacing(path: Path) -> Iterator[Writing]:
    """What is written becomes the file when the block has ended, and is on disk then; where nothing was, it goes."""
    path.parent.mkdir(exist_ok=True, mode=0o700)
    writing = Writing(partial_of(path))
    try:
        yield writing
    except BaseException:
        writing.close()
        partial_of(path).unlink(missing_ok=True)
        raise
    if writing.close():
        partial_of(path).chmod(0o600)
        _sync(partial_of(path))
        partial_of(path).replace(path)
    else:
        path.unlink(missing_ok=True)
    _sync(path.parent)


def partial_of(path: Path) -> Path:
    """What is there while a file is being written; one that was interrupted stays."""
    return path.with_name(f"{path.name}.new")


def tables(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """The rows of a file, a group at a time."""
    from pyarrow import parquet  # noqa: PLC0415 - as above

    with parquet.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number, columns=None if columns is None else list(columns))


def of_traces(path: Path, trace_ids: Collection[str]) -> Iterator[pa.Table]:
    """The rows of some traces; of groups that have none only their ids are read."""
    from pyarrow import parquet  # noqa: PLC0415 - as above

    with parquet.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            chosen = _are_of(file.read_row_group(number, columns=["trace_id"]), trace_ids)
            if pc.any(chosen).as_py():
                yield file.read_row_group(number).filter(chosen)


def count_of(path: Path, trace_ids: Collection[str]) -> int:
    """How many rows some traces have."""
    return sum(
        pc.sum(_are_of(table, trace_ids)).as_py() or 0 for table in tables(path, ["trace_id"])
    )


def without(path: Path, trace_ids: Collection[str]) -> int:
    """Write a file anew without some traces; gives how many rows are left. Of none an empty one stays."""
    with replacing(path) as writing:
        for table in tables(path):
            writing.add(table.filter(pc.invert(_are_of(table, trace_ids))))
    return writing.rows


def traces_with(
    path: Path, columns: Sequence[str] | None, is_so: Callable[[dict[str, object]], bool]
) -> set[str]:
    """The traces of which a row is so; of `columns` one is the trace's id."""
    return {
        str(row["trace_id"])
        for table in tables(path, columns)
        for row in table.to_pylist()
        if is_so(row)
    }


def _are_of(table: pa.Table, trace_ids: Collection[str]) -> pa.ChunkedArray:
    return pc.is_in(table["trace_id"], value_set=pa.array(sorted(trace_ids), pa.string()))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
