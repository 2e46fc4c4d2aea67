"""Redaction: personal data and secrets leave a span's texts before anything is written.

The texts of a span are joined and scanned once for all rules of `patterns.py` together; most spans
end there. Only the rules that could hit then run, in linear time, and each candidate is checked.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator

import hyperscan
import re2

from clearspan_server.ingest.own_rules import NO_RULES, OwnRules
from clearspan_server.ingest.pattern import REJECTED, Check
from clearspan_server.ingest.patterns import RULES, TYPES

# RE2's matches are shaped like those of re.
_Search = Callable[[bytes, int], re.Match[bytes] | None]

# Joins texts for one scan. No group 1 can hold it, so no match reaches from one text into the next.
BETWEEN = "\0"

# A rejected candidate up to this size is searched again from its second byte, since a good one may
# begin inside it; a longer one is skipped as a whole, which keeps the time linear.
_SEARCHED_AGAIN_BYTES = 64

# Inside of a run of base64 a match is an accident: of an image, an embedding, a signature.
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="
_SHORTEST_BLOB = 192

_HEX = frozenset(b"0123456789abcdefABCDEF")
_QUOTE_OR_ESCAPE = re.compile(rb'"|\\.', re.DOTALL)


class Redactor:
    """Finds and replaces personal data and secrets; one instance serves any number of threads.

    Args:
        types: What to look for, at least one of `patterns.TYPES`.
        own: The words and patterns of a project, beside them.

    Raises:
        ValueError: A type is not known, or there is none.
    """

    def __init__(self, types: Collection[str] = TYPES, own: OwnRules = NO_RULES) -> None:
        if not types or not TYPES.issuperset(types):
            raise ValueError(f"redaction types {sorted(types)}: expected some of {sorted(TYPES)}")
        rules = [rule for rule in RULES if rule.type in types]
        self._types = [rule.type for rule in rules]
        self._rules = [(re2.compile(rule.pattern).search, rule.check) for rule in rules]
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[rule.prefilter for rule in rules],
            ids=list(range(len(rules))),
            flags=[
                hyperscan.HS_FLAG_SINGLEMATCH
                | (hyperscan.HS_FLAG_CASELESS if rule.ignore_case else 0)
                for rule in rules
            ],
        )
        self._own = own
        # A scan needs working memory of its own. The last text that is not clean is remembered with its hits.
        self._thread = threading.local()

    def redact(self, texts: list[str]) -> tuple[list[str], dict[str, int]]:
        """Replace what must not be stored by `[redacted:<type>]`.

        JSON stays JSON: escape sequences stay whole, quotation marks are never part of a match, and
        a bare number becomes a string.

        Args:
            texts: The strings of one span, plain or JSON.

        Returns:
            The texts (the very same list when nothing was found), and how many of each type were
            replaced.
        """
        texts, own_counts = self._own.redact(texts)
        joined = BETWEEN.join(texts).encode("utf-8", "surrogatepass")
        found = _without_overlaps(
            [
                (start, end, rank)
                for rank in sorted(self._prefilter(joined))
                for start, end in _matches(joined, *self._rules[rank])
                if not _is_in_blob(joined, start, end)
            ]
        )
        if not found:
            return texts, own_counts
        counts = Counter(self._types[rank] for _, _, rank in found)
        return self._replace(texts, found), dict(counts) | own_counts

    def is_clean(self, joined: str) -> bool:
        """Whether texts, joined by `BETWEEN`, are certain to hold nothing that must go: true of most."""
        if not self._own.is_clean(joined):
            return False
        return not self._prefilter(joined.encode("utf-8", "surrogatepass"))

    def _prefilter(self, joined: bytes) -> list[int]:
        """The rules that could hit."""
        held = self._thread
        hits: list[int] = []
        try:
            if held.joined == joined:  # it was just asked whether they are clean
                hits = held.hits
                return hits
        except AttributeError:
            held.scratch = hyperscan.Scratch(self._database)
        self._database.scan(joined, lambda rule, *_: hits.append(rule), scratch=held.scratch)
        held.joined, held.hits = joined if hits else None, hits
        return hits

    def _replace(self, texts: list[str], found: list[tuple[int, int, int]]) -> list[str]:
        """`found` is sorted and holds offsets into the joined texts."""
        redacted = []
        begin = position = 0
        for text in texts:
            raw = None if text.isascii() else text.encode("utf-8", "surrogatepass")
            size = len(text if raw is None else raw)
            inside = []
            while position < len(found) and found[position][0] <= begin + size:
                start, end, rank = found[position]
                inside.append((start - begin, end - begin, self._types[rank]))
                position += 1
            redacted.append(_rewrite(raw or text.encode(), inside) if inside else text)
            begin += size + len(BETWEEN)
        return redacted


def _matches(text: bytes, search: _Search, check: Check) -> Iterator[tuple[int, int]]:
    """Start and end of each match that passed its check."""
    at = 0
    while match := search(text, at):
        start, stop = match.span(1)
        start = _after_escape(text, start)
        end = check(text, start, stop)
        if end != REJECTED:
            yield start, end
            at = end
        else:
            at = start + 1 if stop - start <= _SEARCHED_AGAIN_BYTES else stop


def _is_in_blob(text: bytes, start: int, end: int) -> bool:
    before, after = text[max(0, start - _SHORTEST_BLOB) : start], text[end : end + _SHORTEST_BLOB]
    around = len(before) - len(before.rstrip(_BASE64)) + len(after) - len(after.lstrip(_BASE64))
    return around >= _SHORTEST_BLOB


def _after_escape(text: bytes, start: int) -> int:
    r"""Leave the letter of a JSON escape alone: in `\nuser@…` the n belongs to the backslash."""
    if not start or text[start - 1 : start] != b"\\":
        return start
    if text[start : start + 1] in (b"b", b"f", b"n", b"r", b"t"):
        return start + 1
    if text[start : start + 1] == b"u" and _HEX.issuperset(text[start + 1 : start + 5]):
        return start + 5
    return start


def _without_overlaps(found: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Sorted; what overlaps becomes one, named by the weightiest rule, so that no part is left."""
    merged: list[tuple[int, int, int]] = []
    for start, end, rank in sorted(found):
        if merged and start < merged[-1][1]:
            first_start, first_end, first_rank = merged[-1]
            merged[-1] = (first_start, max(first_end, end), min(first_rank, rank))
        else:
            merged.append((start, end, rank))
    return merged


def _rewrite(raw: bytes, found: list[tuple[int, int, str]]) -> str:
    """One text with its matches replaced."""
    stripped = raw.strip()
    may_hold_bare_numbers = stripped[:1] in (b"{", b"[") or stripped.isdigit()
    pieces = []
    done = 0
    quoted = False
    for start, end, type_ in found:
        pieces.append(raw[done:start])
        mark = f"[redacted:{type_}]".encode()
        if may_hold_bare_numbers:
            for token in _QUOTE_OR_ESCAPE.finditer(raw, done, start):
                quoted ^= token.group() == b'"'
            if not quoted and raw[start:end].isdigit():
                mark = b'"' + mark + b'"'
        pieces.append(mark)
        done = end
    pieces.append(raw[done:])
    return b"".join(pieces).decode("utf-8", "surrogatepass")
