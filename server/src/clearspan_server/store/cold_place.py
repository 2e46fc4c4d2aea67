"""Where files of cold storage lie: a folder, or a bucket of an S3-compatible store.

Who may use a bucket is found as AWS's own tools find it (environment, profile, role of the machine), so that no secret
is in a setting, a statement or a message.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
from typing_extensions import override

from clearspan_server.errors import StartRefused

_S3 = "s3://"
_CONNECT_S = 5
# For which nothing may come: somebody waits for what is read, and a store is silent while it copies.
_READ_S, _READ_TRIES = 20, 2
_WRITE_S, _WRITE_TRIES = 120, 3


class Folder:
    """A folder; what is put in place is on disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @override
    def __str__(self) -> str:
        return str(self._root)

    def shown(self, name: str) -> str:
        return str(self._root / name)

    def size(self, name: str) -> int | None:
        """Bytes of a file; None where there is none."""
        path = self._root / name
        return path.stat().st_size if path.is_file() else None

    def text(self, name: str) -> str:
        """What a small file says; "" where there is none."""
        path = self._root / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def say(self, name: str, text: str) -> None:
        (self._root / name).write_text(text, encoding="utf-8")

    def source(self, name: str) -> Path:
        """What a reader of Parquet opens."""
        return self._root / name

    def sink(self, name: str) -> pa.NativeFile:
        """A file to write."""
        path = self._root / name
        path.parent.mkdir(exist_ok=True, mode=0o700)
        return pa.OSFile(str(path), "wb")

    def put(self, written: str, name: str) -> None:
        """Have what was written as the file, at once."""
        path = self._root / written
        path.chmod(0o600)
        _sync(path)
        path.replace(self._root / name)
        _sync(path.parent)

    def remove(self, name: str) -> None:
        """Remove a file that need not be there."""
        path = self._root / name
        if path.exists():
            path.unlink()
            _sync(path.parent)


class Bucket:
    """What is below a prefix of a bucket. Nothing is asked of the store before it is used."""

    def __init__(self, root: str, endpoint: str) -> None:
        self._root = root
        self._reads = _store(endpoint, _READ_S, _READ_TRIES)
        self._writes = _store(endpoint, _WRITE_S, _WRITE_TRIES)

    @override
    def __str__(self) -> str:
        return _S3 + self._root

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    def shown(self, name: str) -> str:
        return _S3 + self._at(name)

    def size(self, name: str) -> int | None:
        info = self._reads.get_file_info(self._at(name))
        return info.size if info.is_file else None

    def text(self, name: str) -> str:
        if self.size(name) is None:
            return ""
        with self._reads.open_input_file(self._at(name)) as file:
            return str(file.read().decode())

    def say(self, name: str, text: str) -> None:
        with self._writes.open_output_stream(self._at(name)) as file:
            file.write(text.encode())

    def source(self, name: str) -> pa.NativeFile:
        return self._reads.open_input_file(self._at(name))

    def sink(self, name: str) -> pa.NativeFile:
        return self._writes.open_output_stream(self._at(name))

    def put(self, written: str, name: str) -> None:
        self._writes.copy_file(self._at(written), self._at(name))
        if self.size(name) != self.size(written):
            raise OSError(f"{self.shown(name)} is not what was written")
        self.remove(written)

    def remove(self, name: str) -> None:
        if self.size(name) is not None:
            self._writes.delete_file(self._at(name))


def _store(endpoint: str, silent_s: int, tries: int) -> Any:  # noqa: ANN401 - of a part that has no types
    from pyarrow import fs  # noqa: PLC0415 - only who has a bucket pays for it

    there = urlsplit(endpoint)
    return fs.S3FileSystem(
        scheme=there.scheme or "https",
        endpoint_override=there.netloc or None,
        connect_timeout=_CONNECT_S,
        request_timeout=silent_s,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=tries),
    )


Place = Folder | Bucket


@dataclass(frozen=True, slots=True)
class File:
    """A file of a place; `written` is what is there while it is written, and stays of a write that was interrupted."""

    place: Place
    name: str

    @override
    def __str__(self) -> str:
        return self.place.shown(self.name)

    @property
    def written(self) -> str:
        return f"{self.name}.new"

    @property
    def size(self) -> int | None:
        return self.place.size(self.name)


def place_of(setting: str, endpoint: str) -> Place | None:
    """What the setting means: a path, or `s3://bucket/prefix` of the store at the endpoint; None without one.

    Raises:
        StartRefused: no bucket is named, or more is in the address; it is not repeated.
    """
    if not setting.startswith(_S3):
        return Folder(Path(setting).expanduser().absolute()) if setting else None
    asked, there = urlsplit(setting), urlsplit(endpoint)
    if not asked.netloc or asked.query or asked.fragment or "@" in asked.netloc:
        raise StartRefused("CLEARSPAN_COLD is s3://bucket/prefix, and nothing else is in it")
    more = "@" in there.netloc or there.path.strip("/") or there.query or there.fragment
    if endpoint and (there.scheme not in ("http", "https") or not there.netloc or more):
        raise StartRefused("CLEARSPAN_COLD_ENDPOINT is an address such as https://s3.example.com")
    return Bucket(f"{asked.netloc}{asked.path}".rstrip("/"), endpoint)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
