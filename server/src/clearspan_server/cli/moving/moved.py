"""Traces that are earlier than they were when an export passed their place: a root often comes last, and begins first.

Who walks traces by their start meets none twice, but passes over one that moves from before him to behind him.
"""

import json
import re
from collections.abc import Iterator
from typing import IO, Any

from clearspan_server.cli.client import Server

_ID = re.compile(
    rb'"traceId":"([0-9a-f]{32})"'
)  # in a line, the first is that of a span: a link stands behind it
_LONGEST = 64  # bytes of that
_ROWS = 2_000
_AT_ONCE = 100  # ids of a request
_READ_BYTES = 1024 * 1024


class Passed:
    """The traces of which lines went by."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self._rest = b""  # of a line in which no id has come yet
        self._is_known = False  # the id of the line that goes by

    def look(self, piece: bytes) -> None:
        """The next bytes of the lines."""
        text, at = self._rest + piece, 0
        while True:
            if not self._is_known:
                found = _ID.search(text, at)
                if not found:
                    self._rest = text[max(at, len(text) - _LONGEST) :]
                    return
                self.ids.add(found[1].decode())
                at = found.end()
            at = text.find(b"\n", at) + 1
            self._is_known = at == 0
            if self._is_known:
                self._rest = b""
                return

    def look_through(self, file: IO[bytes]) -> None:
        """A file from its beginning up to where it is."""
        end = file.tell()
        file.seek(0)
        while file.tell() < end:
            self.look(file.read(min(_READ_BYTES, end - file.tell())))
        file.seek(end)


def moved(server: Server, asked: dict[str, Any], passed: Passed) -> Iterator[dict[str, Any]]:
    """What to ask for besides, so that every trace of the window has gone by."""
    missing = [one for one in _ids(server, asked) if one not in passed.ids]
    for at in range(0, len(missing), _AT_ONCE):
        yield {**asked, "id": missing[at : at + _AT_ONCE]}


def _ids(server: Server, asked: dict[str, Any]) -> Iterator[str]:
    cursor: str | None = ""
    while cursor is not None:
        rows = {**asked, "format": "jsonl", "fields": "trace_id", "limit": _ROWS, "cursor": cursor}
        with server.streamed("/api/v1/export", rows) as reply:
            cursor = reply.headers.get("clearspan-cursor")
            yield from [json.loads(line)["trace_id"] for line in reply]
