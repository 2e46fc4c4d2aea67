"""Multipart forms that an HTTP client has not written yet."""

from __future__ import annotations

from collections.abc import Iterable

MOST_FILE_BYTES = 64_000_000  # a larger file is told as an empty one


def form(boundary: bytes, parts: Iterable[tuple[bytes, bytes | int]]) -> bytes:
    """A form with these parts, in which zeros stand for files, which only the client may read.

    Args:
        boundary: between the parts.
        parts: of each its headers with the empty line behind them, and its data, or a file's bytes.
    """
    whole = bytearray()
    for head, data in parts:
        whole += b"--%b\r\n%b" % (boundary, head)
        whole += data if isinstance(data, bytes) else bytes(data if data <= MOST_FILE_BYTES else 0)
        whole += b"\r\n"
    return bytes(whole + b"--%b--\r\n" % boundary)
