"""What a reader of language finds in prose: names, places and other things that have no form.

It is spared what is no prose: numbers, times, ids, runs of base64, and what it has read before. Long texts are read in
pieces that overlap.
"""

import hashlib
import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence

from clearspan_server.ingest.leaves import MARK, UNREAD, Finder, Found

LOG = logging.getLogger(__name__)

Read = Callable[[str, tuple[str, ...]], list[Found]]
"""(text, entities) → where in it they are, each under its own name; raises where it fails."""

PIECE_CHARS = 4_000
OVERLAP_CHARS = 200
REMEMBERED = 20_000  # pieces with what was found in them; a conversation is sent again with each of its turns

_TO_BORDER = OVERLAP_CHARS // 2  # how far a piece may be shortened to end between two words
_BLOB = re.compile(r"[A-Za-z0-9+/\-_=]{192,}")
_LONE_SURROGATES = re.compile(r"[\ud800-\udfff]")
_NO_PROSE = re.compile(
    rf"""
    true|false|null
    |user|assistant|system|developer|tool|function|model  # roles of messages
    |text|reasoning|tool_call|tool_call_response|image|audio|file|stop|length  # kinds of parts, and ends
    |-?\d+(?:\.\d+)?(?:[eE][+\-]?\d+)?  # numbers
    |\d{{4}}-\d\d-\d\d(?:[T\ ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?\s?(?:Z|[+\-]\d\d:?\d\d)?)?  # times
    |[0-9a-fA-F]{{16,}}|[0-9a-fA-F]{{8}}(?:-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}  # ids
    |(?=\D+\d)[a-z][A-Za-z0-9]*(?:[\-._/:]+[A-Za-z0-9]+)+  # chatcmpl-9fK…, gpt-4o-mini, v1.2.3
    |(?:{MARK}\s*)+  # what was redacted before
    """,
    re.VERBOSE,
)


class Analyzer:
    """Reads prose for some entities; one instance serves any number of threads, `read` one at a time.

    Args:
        entities: What it knows.
        read: What finds them.
    """

    def __init__(self, entities: Sequence[str], read: Read) -> None:
        self.entities = tuple(sorted(entities))
        self._read = read
        self._lock = threading.Lock()
        self._told = set[str]()
        self._remembered: OrderedDict[bytes, list[Found]] = OrderedDict()

    def finder(self, entities: Sequence[str]) -> Finder:
        """Finds some of the entities, each as the type of its name in lower case."""
        wanted = tuple(sorted(entities))

        def find(text: str) -> list[Found] | None:
            try:
                return [
                    (at + start, at + end, name.lower())
                    for at, piece in _pieces(text)
                    for start, end, name in self._found(piece, wanted)
                ]
            except Exception as error:  # noqa: BLE001 - whatever fails in there, nothing may pass unread
                self._tell(type(error).__name__)
                return None

        return find

    def _tell(self, error: str) -> None:
        """Once, and without what the error says: that may hold the text."""
        if error not in self._told:
            self._told.add(error)
            LOG.warning("texts that fail with %s are kept as [redacted:%s]", error, UNREAD)

    def _found(self, piece: str, wanted: tuple[str, ...]) -> list[Found]:
        # With how many there are: a text may begin with what looks like one more of them.
        said = "\0".join((str(len(wanted)), *wanted, piece)).encode("utf-8", "surrogatepass")
        key = hashlib.blake2b(said, digest_size=16).digest()
        with self._lock:
            found = self._remembered.pop(key, None)
            if found is None:
                found = self._read(_LONE_SURROGATES.sub("\ufffd", piece), wanted)
            self._remembered[key] = found
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return found


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """What of a text is to be read, with where it begins."""
    said = text.strip()
    if not said or _NO_PROSE.fullmatch(said):
        return
    at = 0
    for blob in (*_BLOB.finditer(text), None):
        until = blob.start() if blob else len(text)
        while until - at > PIECE_CHARS:
            end = _border(text, at + PIECE_CHARS)
            yield at, text[at:end]
            at = _border(text, end - _TO_BORDER)
        if text[at:until].strip():
            yield at, text[at:until]
        at = blob.end() if blob else until


def _border(text: str, end: int) -> int:
    """Behind the last space before it, where one is near."""
    least = end - _TO_BORDER
    space = max(text.rfind(" ", least, end), text.rfind("\n", least, end))
    return end if space < 0 else space + 1
