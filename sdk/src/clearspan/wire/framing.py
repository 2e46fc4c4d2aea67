"""Framing: a body in slices of bytes becomes the JSON texts that stand in it, whole and in order.

Each framing has `feed`, which takes bytes cut anywhere and gives what they completed, and `rest`, which gives what was
left when the body ended.
"""

import json
import re
from binascii import Error as NotBase64
from binascii import a2b_base64
from struct import Struct, error, unpack_from
from typing import Protocol

from clearspan.wire.forms import Json

MOST_HELD_BYTES = 16_000_000
_END_BYTES = 100_000
DONE = "[DONE]"  # what ends a stream of OpenAI's form, and is no JSON


class Framing(Protocol):
    """Bytes in, texts out."""

    def feed(self, data: bytes) -> list[str]:
        """The texts that are complete with these bytes."""

    def rest(self) -> list[str]:
        """What stands unended at the end of the body."""


class Events:
    """Server-sent events: the data of each. https://html.spec.whatwg.org/multipage/server-sent-events.html."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._half = b""  # of a line's end, perhaps

    def feed(self, data: bytes) -> list[str]:
        if self._half or b"\r" in data:
            data = self._half + data
            self._half = b"\r" if data.endswith(b"\r") else b""
            data = data.removesuffix(b"\r").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        seen = len(self._held)
        self._held += data
        end = self._held.rfind(b"\n\n", max(0, seen - 1))
        if end < 0:
            return _let_go(self._held)
        whole = bytes(self._held[:end])
        del self._held[: end + 2]
        return _data_of(whole)

    def rest(self) -> list[str]:
        # Many clients read lines, not events, and take the last without the empty line that ends it.
        held, self._held = bytes(self._held), bytearray()
        return _data_of(held) if held else []


def _let_go(held: bytearray) -> list[str]:
    """Nothing is complete; what is too long to be anything is thrown away."""
    if len(held) > MOST_HELD_BYTES:
        held.clear()
    return []


def _data_of(events: bytes) -> list[str]:
    said = events.decode("utf-8", "replace")
    lines = said.split("\n")
    if not any(lines[1::2]):
        found = [line[6:] for line in lines[::2] if line.startswith("data: ")]
        if 2 * len(found) > len(lines):  # each event is one line of data, as with most providers
            return found
    found = []
    for event in said.split("\n\n"):
        _, _, data = f"\n{event}".partition("\ndata: ")
        if data and "\n" not in data:  # behind a name
            found.append(data)
            continue
        lines = [
            line[5:] for line in event.split("\n") if line.startswith(("data:", "\ufeffdata:"))
        ]
        if lines:
            found.append("\n".join(line.removeprefix(":").removeprefix(" ") for line in lines))
    return found


class Lines:
    """JSON lines."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[str]:
        self._held += data
        if b"\n" not in data:
            return _let_go(self._held)
        whole, _, self._held = self._held.rpartition(b"\n")
        return [line for line in whole.decode("utf-8", "replace").split("\n") if line.strip()]

    def rest(self) -> list[str]:
        held, self._held = self._held, bytearray()
        return [held.decode("utf-8", "replace")] if held.strip() else []


class Items:
    """The objects of one JSON array, each as soon as it is whole: Gemini's stream without `alt=sse`."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._needed_bytes = 0  # before a large object is tried again

    def feed(self, data: bytes) -> list[str]:
        self._held += data
        if b"}" not in data or len(self._held) < self._needed_bytes:  # nothing else ends an object
            return _let_go(self._held)
        return self._taken()

    def rest(self) -> list[str]:
        return self._taken()

    def _taken(self) -> list[str]:
        found: list[str] = []
        # Half a letter at the end stays what it is, until its other half has come.
        held = self._held.decode("utf-8", "surrogateescape")
        start = _start_of_object(held, 0)
        while end := _end_of_object(held, start):
            said = held[start:end].encode("utf-8", "surrogateescape")
            found.append(said.decode("utf-8", "replace"))
            start = _start_of_object(held, end)
        self._held = bytearray(held[start:].encode("utf-8", "surrogateescape"))
        size = len(self._held)
        self._needed_bytes = size + size // 4 if size > _TRIED_BYTES else 0
        return found


_BETWEEN = re.compile(r"[ \r\n\t\[,\]]*")
_TRIED_BYTES = 8_192


def _start_of_object(held: str, start: int) -> int:
    """Where the next object begins."""
    between = _BETWEEN.match(held, start)
    return between.end() if between else start


def _end_of_object(held: str, start: int) -> int:
    """Where the object ends that begins at `start`; 0 while it is not whole."""
    try:
        return json.JSONDecoder().raw_decode(held, start)[1]
    except (ValueError, RecursionError):
        return 0


class Whole:
    """One document, or what nobody knows the framing of; beyond the bound, its two ends."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._size = 0
        self.is_huge = False

    def feed(self, data: bytes) -> list[str]:
        self._held.append(data)
        self._size += len(data)
        if self._size > MOST_HELD_BYTES:
            held = b"".join(self._held)
            self._held = [held[:_END_BYTES], held[-_END_BYTES:]]
            self._size, self.is_huge = 2 * _END_BYTES, True
        return []

    def may_be_whole(self) -> bool:
        """Whether it ends as a document does."""
        last = self._held[-1].rstrip() if self._held else b""
        return not self.is_huge and last[-1:] in (b"}", b"]")

    def rest(self) -> list[str]:
        self._held = [b"".join(self._held)]
        return [self._held[0].decode("utf-8-sig", "replace")]


def ends_of(document: str) -> Json:
    """What tells of the use of a model in a document that is too large to be read, or that was cut."""
    found: Json = {}
    for name in _TOLD_AT_THE_ENDS:
        start = document.rfind(f'"{name}":')
        held = document[start + len(name) + 3 :].lstrip() if start >= 0 else ""
        try:
            found[name] = json.JSONDecoder().raw_decode(held)[0]
        except (ValueError, RecursionError):
            continue
    return found


_TOLD_AT_THE_ENDS = (
    *("id", "model", "modelVersion", "usage", "usageMetadata", "meta", "prompt_eval_count"),
    "eval_count",
)


class Measured:
    """Bytes that are no text: sound or a picture. Only counted."""

    def __init__(self) -> None:
        self.size_bytes = 0

    def feed(self, data: bytes) -> list[str]:
        self.size_bytes += len(data)
        return []

    def rest(self) -> list[str]:
        return []


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
    """AWS event streams: binary frames around the JSON of Bedrock's streams.

    An event is given as `{"messageStop": {…}}`, a chunk of `invoke` as what the model's maker sent. The format:
    https://smithy.io/2.0/aws/amazon-eventstream.html. Checksums are left to the client, which stops at a wrong one.
    """

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
