"""Undoes the content encoding of a response whose raw bytes we see."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable

MAX_SLICE_BYTES = 64_000_000  # that one slice may grow to; what grows further is looked at no more

Inflate = Callable[[bytes], bytes]


def inflater(encoding: str) -> Inflate | None:
    """A function that decodes slices of a response; None for an encoding that cannot be decoded here.

    Brotli and zstd are decoded where the program's HTTP client has loaded a library for them, without
    which no server would send them.
    """
    wanted = encoding.strip().lower()
    if wanted in {"", "identity"}:
        return bytes
    if wanted in {"gzip", "x-gzip"}:
        return _zlib(16 + zlib.MAX_WBITS)
    if wanted == "deflate":
        return _deflate()
    if wanted == "br":
        return _brotli()
    return _zstd() if wanted == "zstd" else None


def _zlib(window_bits: int) -> Inflate:
    decompressor = zlib.decompressobj(window_bits)

    def inflate(data: bytes) -> bytes:
        found = decompressor.decompress(data, MAX_SLICE_BYTES)
        if decompressor.unconsumed_tail:
            raise OverflowError(len(data))
        return found

    return inflate


def _deflate() -> Inflate:
    """With a header or, as some servers send it, without."""
    chosen: list[Inflate] = []

    def inflate(data: bytes) -> bytes:
        if not chosen:
            chosen.append(_zlib(zlib.MAX_WBITS))
            try:
                return chosen[0](data)
            except zlib.error:
                chosen[0] = _zlib(-zlib.MAX_WBITS)
        return chosen[0](data)

    return inflate


def _brotli() -> Inflate | None:
    library = sys.modules.get("brotli") or sys.modules.get("brotlicffi")
    if library is None:
        return None
    inflate = library.Decompressor()
    found: Inflate = getattr(inflate, "decompress", None) or inflate.process
    return found


def _zstd() -> Inflate | None:
    standard = sys.modules.get("compression.zstd") or sys.modules.get("backports.zstd")
    library = sys.modules.get("zstandard")
    if standard is not None:
        make = standard.ZstdDecompressor
    elif library is not None:
        make = library.ZstdDecompressor().decompressobj
    else:
        return None
    frames = [make()]

    def inflate(data: bytes) -> bytes:
        found = b""
        while data:  # one frame may follow another
            frames[0] = make() if frames[0].eof else frames[0]
            found += frames[0].decompress(data)
            data = frames[0].unused_data
        return found

    return inflate
