"""Undoes the content encoding of a response whose raw bytes we see."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable

MAX_STEP_BYTES = 4_000_000  # that one slice may grow to; what is beyond is not looked at

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
    inflate = zlib.decompressobj(window_bits)
    return lambda data: inflate.decompress(data, MAX_STEP_BYTES)


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
    if standard is not None:
        decompress: Inflate = standard.ZstdDecompressor().decompress
        return decompress
    library = sys.modules.get("zstandard")
    if library is None:
        return None
    found: Inflate = library.ZstdDecompressor().decompressobj().decompress
    return found
