"""AWS event streams: binary frames, each with headers, around the JSON of Bedrock's streams.

https://smithy.io/2.0/aws/amazon-eventstream.html. Checksums are left to the client, which does not go on after a wrong
one.
"""

import json
from binascii import Error as NotBase64
from binascii import a2b_base64
from struct import Struct, error, unpack_from

from clearspan.wire.framing import MOST_HELD_BYTES

_PRELUDE = Struct(">II")  # the bytes of the whole frame, and those of its headers
_AROUND_BYTES = 16  # the prelude, its checksum and the frame's own
_SIZES = {
    0: 0,
    1: 0,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    8: 8,
    9: 16,
}  # of the types of values; 6 and 7 say theirs


class Frames:
    """Each event as `{"messageStop": {…}}`; a chunk of `invoke` as what the model's maker sent."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._needed_bytes = _AROUND_BYTES  # for the next frame
        self._skipped = 0  # bytes that are still to come of a frame that is too large to keep

    def feed(self, data: bytes) -> list[str]:
        if self._skipped:
            gone = min(self._skipped, len(data))
            self._skipped -= gone
            data = data[gone:]
        self._held += data
        if len(self._held) < self._needed_bytes:
            return []
        held, start = bytes(self._held), 0
        self._needed_bytes = _AROUND_BYTES
        found: list[str] = []
        while len(held) - start >= _AROUND_BYTES:
            size, of_headers = _PRELUDE.unpack_from(held, start)
            if size < _AROUND_BYTES + of_headers:
                start, self._skipped = len(held), 1 << 62  # no event stream, or cut in the middle
            elif size > MOST_HELD_BYTES:
                self._skipped = max(0, size - (len(held) - start))
                start = min(len(held), start + size)
            elif len(held) - start < size:
                self._needed_bytes = size
                break
            else:
                found += _text_of(held[start : start + size], of_headers)
                start += size
        self._held = bytearray(held[start:])
        return found

    def rest(self) -> list[str]:
        return []


def _text_of(frame: bytes, of_headers: int) -> list[str]:
    payload = frame[12 + of_headers : -4].decode("utf-8", "replace")
    try:
        headers = _headers(frame, 12, 12 + of_headers)
    except (error, IndexError):
        return []
    failed = headers.get(":exception-type") or headers.get(":error-code")
    if failed:
        return [_failure(failed, headers.get(":error-message") or payload)]
    kind = headers.get(":event-type", "")
    if kind != "chunk":
        return [f"{{{json.dumps(kind)}: {payload or '{}'}}}"]
    try:
        return [a2b_base64(json.loads(payload)["bytes"]).decode("utf-8", "replace")]
    except (ValueError, KeyError, TypeError, NotBase64, RecursionError):
        return []


def _failure(kind: str, payload: str) -> str:
    try:
        message = json.loads(payload)["message"]
    except (ValueError, KeyError, TypeError, RecursionError):
        message = payload
    return json.dumps({"error": {"type": kind, "message": message}})


def _headers(frame: bytes, start: int, end: int) -> dict[str, str]:
    """The headers that are texts; the others are stepped over."""
    found: dict[str, str] = {}
    while start < end:
        name_end = start + 1 + frame[start]
        name, kind = frame[start + 1 : name_end].decode("utf-8", "replace"), frame[name_end]
        start = name_end + 1
        if kind in (6, 7):
            (size,) = unpack_from(">H", frame, start)
            start += 2
            if kind == 7:
                found[name] = frame[start : start + size].decode("utf-8", "replace")
        else:
            size = _SIZES.get(kind, end)
        start += size
    return found
