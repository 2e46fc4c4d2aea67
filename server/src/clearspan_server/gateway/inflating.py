"""Undoes the content encoding of an answer for whoever reads along; what the caller gets stays as it came."""

import zlib
from collections.abc import Iterator
from typing import Protocol

import pyarrow as pa
from typing_extensions import override

MOST_BYTES = 64 * 1024 * 1024  # that an answer is inflated to
_MOST_HELD_BYTES = 16 * 1024 * 1024  # of an encoding that is read at the end
_PIECE_BYTES = 64 * 1024
_AUTO = 32 + zlib.MAX_WBITS  # gzip or zlib, as it begins
_RAW = -zlib.MAX_WBITS


class Inflating(Protocol):
    """One answer; `is_whole` is false once something of it could not be read."""

    is_whole: bool

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What the next bytes say, in pieces."""
        ...

    def rest(self) -> Iterator[bytes]:
        """What is said at the end."""
        ...


class _Plain:
    def __init__(self) -> None:
        self.is_whole = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def rest(self) -> Iterator[bytes]:
        yield from ()


class _Zlib(_Plain):
    """gzip, and deflate with or without its header."""

    def __init__(self) -> None:
        super().__init__()
        self._inflater = zlib.decompressobj(_AUTO)
        self._left = MOST_BYTES
        self._has_begun = False

    @override
    def feed(self, data: bytes) -> Iterator[bytes]:
        while data and self._left > 0 and self.is_whole:
            piece = self._inflated(data)
            self._has_begun, self._left = True, self._left - len(piece)
            data = self._inflater.unconsumed_tail
            if (
                self._inflater.eof and self._inflater.unused_data
            ):  # members of gzip, one after the other
                data = self._inflater.unused_data
                self._inflater = zlib.decompressobj(_AUTO)
            yield piece
        self.is_whole = self.is_whole and not data

    def _inflated(self, data: bytes) -> bytes:
        try:
            return self._inflater.decompress(data, _PIECE_BYTES)
        except zlib.error:
            if not self._has_begun:
                self._inflater, self._has_begun = zlib.decompressobj(_RAW), True
                return self._inflated(data)
            self.is_whole = False
            return b""


class _Held(_Plain):
    """Encodings for which there is a reader of whole bodies: held, up to a bound, until the end."""

    def __init__(self, codec: str) -> None:
        super().__init__()
        self._codec = codec
        self._held = bytearray()

    @override
    def feed(self, data: bytes) -> Iterator[bytes]:
        if self.is_whole and len(self._held) + len(data) <= _MOST_HELD_BYTES:
            self._held += data
        else:
            self.is_whole = False
        yield from ()

    @override
    def rest(self) -> Iterator[bytes]:
        left = MOST_BYTES
        try:
            with pa.CompressedInputStream(pa.BufferReader(bytes(self._held)), self._codec) as read:
                while left > 0 and (piece := read.read(_PIECE_BYTES)):
                    left -= len(piece)
                    yield piece
        except (OSError, pa.ArrowException):  # cut, or no such encoding
            self.is_whole = False
        self.is_whole = self.is_whole and left > 0


class _Unread(_Plain):
    """An encoding that nobody here reads."""

    @override
    def feed(self, data: bytes) -> Iterator[bytes]:
        self.is_whole = False
        yield from ()


def inflating(encoding: str) -> Inflating:
    """A reader for an answer with this `content-encoding`, "" for none."""
    wanted = encoding.strip().lower()
    if wanted in ("", "identity"):
        return _Plain()
    if wanted in ("gzip", "x-gzip", "deflate"):
        return _Zlib()
    if wanted in ("br", "zstd"):
        return _Held("brotli" if wanted == "br" else wanted)
    return _Unread()
