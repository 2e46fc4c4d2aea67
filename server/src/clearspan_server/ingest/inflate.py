"""Compressed bodies to plain ones: gzip, deflate (zlib or raw) and zstd, each stopped while it inflates.

Source: RFC 9110 §8.4.1 (names; deflate means zlib, and senders of the raw form exist), RFC 1950 and 1952 (headers).
"""

import zlib
from collections.abc import Callable, Mapping

import pyarrow as pa

from clearspan_server.errors import BadInput, TooLarge, UnsupportedType

_GZIP, _ZLIB, _RAW = 31, 15, -15  # window bits, by which zlib knows the format
_PIECE_BYTES = 1024 * 1024


def inflate(body: bytes, encoding: str, max_bytes: int) -> bytes:
    """The body without its compression; `encoding` as in `content-encoding`, "" for none.

    Raises:
        UnsupportedType: an encoding that is not read.
        BadInput: the body is not in that encoding, or ends too early.
        TooLarge: it has more than `max_bytes`; it was inflated no further than that.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        if len(body) > max_bytes:
            raise TooLarge(f"the body of {len(body)} bytes is over the limit of {max_bytes}")
        return body
    inflater = _INFLATERS.get(encoding)
    if inflater is None:
        known = ", ".join(("identity", *_INFLATERS))
        raise UnsupportedType(f"the content encoding is {encoding[:100]!r}; read are {known}")
    return inflater(body, max_bytes)


def encoding_of(message: bytes) -> str:
    """The encoding of a gRPC message, by how it begins: gzip, deflate, or "" for none.

    An OTLP export request in protobuf is empty or begins with the tag 0x0a, which begins no gzip or zlib stream.
    """
    if message[:2] == b"\x1f\x8b":
        return "gzip"
    return "deflate" if _is_zlib(message) else ""


def _gzip(body: bytes, max_bytes: int) -> bytes:
    members: list[bytes] = []
    left = max_bytes
    rest = body
    while True:  # a gzip body may consist of several members
        member, rest = _member(rest, _GZIP, "gzip", left)
        members.append(member)
        left -= len(member)
        if not rest:
            return b"".join(members)


def _deflate(body: bytes, max_bytes: int) -> bytes:
    inflated, rest = _member(body, _ZLIB if _is_zlib(body) else _RAW, "deflate", max_bytes)
    if rest:
        raise BadInput(f"the deflate body goes on for {len(rest)} bytes after its end")
    return inflated


def _member(body: bytes, window_bits: int, name: str, max_bytes: int) -> tuple[bytes, bytes]:
    """What the first stream in `body` inflates to, and what follows that stream."""
    inflater = zlib.decompressobj(window_bits)
    try:
        # One byte more than allowed: a limit of 0 would mean none.
        inflated = inflater.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise BadInput(f"the body of {len(body)} bytes is not {name}: {error}") from error
    if len(inflated) > max_bytes:
        raise _too_large(body, max_bytes)
    if not inflater.eof:
        raise BadInput(f"the {name} body of {len(body)} bytes ends too early")
    return inflated, inflater.unused_data


def _is_zlib(body: bytes) -> bool:
    """A zlib header: method 8, a window of at most 32 kB, and a check that makes it a multiple of 31."""
    if len(body) < 2:
        return False
    return body[0] & 0x0F == 8 and body[0] >> 4 <= 7 and (body[0] << 8 | body[1]) % 31 == 0


def _zstd(body: bytes, max_bytes: int) -> bytes:
    pieces: list[bytes] = []
    left = max_bytes
    try:
        with pa.CompressedInputStream(pa.BufferReader(body), "zstd") as stream:
            while piece := stream.read(min(left + 1, _PIECE_BYTES)):
                left -= len(piece)
                if left < 0:
                    raise _too_large(body, max_bytes)
                pieces.append(piece)
    except (OSError, pa.ArrowException) as error:
        raise BadInput(f"the body of {len(body)} bytes is not zstd: {error}") from error
    return b"".join(pieces)


def _too_large(body: bytes, max_bytes: int) -> TooLarge:
    return TooLarge(f"the body of {len(body)} bytes inflates beyond the limit of {max_bytes}")


_INFLATERS: Mapping[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "zstd": _zstd,
}
