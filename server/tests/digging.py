"""Everything that a data folder holds, as text: files as they are, tables and blobs unpacked.

`python digging.py DATA WORDS` prints as JSON where each word was found in a folder on which no server runs; it is a
program because a process can open one engine.
"""

import io
import json
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from clearspan_server.store.engine import Engine

# States of sums hold numbers and hashes, and cannot be read as rows.
_COLUMNS = """
select concat(database, '.', table) as place, arrayStringConcat(groupArray(concat('`', name, '`')), ', ') as held
from system.columns
where database not ilike '%schema' and database != 'system' and type not like '%AggregateFunction%'
group by database, table
"""
_SQLITE = b"SQLite format 3\0"


def found(data: Path, words: Sequence[str]) -> list[tuple[str, str]]:
    """Words with where they are, dug up in a process of its own."""
    command = [sys.executable, __file__, str(data), json.dumps(list(words))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [(word, place) for word, place in json.loads(done.stdout)]


def _places(data: Path, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    wanted = [(word, word.encode()) for word in words]
    for place, held in (*_files(data), *_tables(data / "engine")):
        for word, raw in wanted:
            if raw in held:
                yield word, place


def _files(data: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(one for one in data.parent.rglob("*") if one.is_file()):
        raw = path.read_bytes()
        yield str(path), raw
        if raw.startswith(_SQLITE):
            yield from _rows(path)


def _rows(path: Path) -> Iterator[tuple[str, bytes]]:
    """The rows of a database, and what is packed into them."""
    with closing(sqlite3.connect(path)) as file:
        names = [
            name for (name,) in file.execute("select name from sqlite_master where type = 'table'")
        ]
        for name in names:
            for row in file.execute(f'select * from "{name}"'):  # noqa: S608 - the file's own names
                yield f"{path}:{name}", repr(row).encode()
                blobs = [value for value in row if isinstance(value, bytes)]
                yield f"{path}:{name}, unpacked", b"\n".join(map(_unpacked, blobs))


def _unpacked(value: bytes) -> bytes:
    try:
        with pa.ipc.open_stream(io.BytesIO(value)) as stream:
            return repr(stream.read_all().to_pylist()).encode()
    except pa.ArrowException:
        pass
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


def _tables(folder: Path) -> Iterator[tuple[str, bytes]]:
    engine = Engine(folder)
    try:
        for table in engine.query(_COLUMNS):
            rows = engine.query(f"select {table['held']} from {table['place']}")  # noqa: S608 - the engine's own names
            for row in rows:
                yield table["place"], repr(row).encode()
    finally:
        engine.close()


if __name__ == "__main__":
    print(json.dumps(list(_places(Path(sys.argv[1]), json.loads(sys.argv[2])))))
