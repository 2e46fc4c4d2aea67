"""Redaction: personal data and secrets leave a span's texts before anything is written.

The texts of a span are joined and scanned for all rules of `patterns.py` together; most spans end
there. Only the rules that could hit then run, in linear time, and each candidate is checked.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator

import re2

from clearspan_server.ingest.leaves import Finder, Leaves
from clearspan_server.ingest.own_rules import NO_RULES, OwnRules
from clearspan_server.ingest.pattern import REJECTED, Check
from clearspan_server.ingest.patterns import RULES, TYPES
from clearspan_server.ingest.sieve import Sieve

# RE2's matches are shaped like those of re.
_Search = Callable[[bytes, int], re.Match[bytes] | None]

# Joins texts for one scan. A candidate ends before it, so that none reaches from one text into the next.
BETWEEN = "\0"
_BETWEEN = BETWEEN.encode()

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
        in_prose: What finds names and other things that have no form, in what people may have written.

    Raises:
        ValueError: A type is not known, or there is none.
    """

    def __init__(
        self,
        types: Collection[str] = TYPES,
        own: OwnRules = NO_RULES,
        in_prose: Finder | None = None,
    ) -> None:
        if not types or not TYPES.issuperset(types):
            raise ValueError(f"redaction types {sorted(types)}: expected some of {sorted(TYPES)}")
        rules = [rule for rule in RULES if rule.type in types]
        self._types = [rule.type for rule in rules]
        self._rules = [(re2.compile(rule.pattern).search, rule.check) for rule in rules]
        self._sieve = Sieve(rules)
        self._own = own
        self.reads_prose = in_prose is not None
        self._leaves = Leaves([own.find], [in_prose] if in_prose else [])

    def redact(self, texts: list[str], names: int = 0) -> tuple[list[str], dict[str, int]]:
        """Replace what must not be stored by `[redacted:<type>]`.

        JSON stays JSON: escape sequences stay whole, quotation marks are never part of a match, and
        a bare number becomes a string.

        Args:
            texts: The strings of one span, plain or JSON.
            names: So many of them, the first ones, are what programs are written with, as keys and ids are: patterns
                look through them, too, but nobody looks for people there.

        Returns:
            The texts (the very same list when nothing was found), and how many of each type were
            replaced.
        """
        # Everybody's rules first: a word found inside of a key must not leave the rest of the key behind.
        texts, counts = self._redact_all(texts)
        own = self._own
        if not self.reads_prose and (not own.names or own.is_clean(BETWEEN.join(texts))):
            return texts, counts
        texts, more = self._leaves.redact(texts, names)
        return texts, dict(Counter(counts) + Counter(more))

    def _redact_all(self, texts: list[str]) -> tuple[list[str], dict[str, int]]:
        """By everybody's rules."""
        joined = _raw(BETWEEN.join(texts))
        found = _without_overlaps(
            [
                (start, end, rank)
                for rank in self._sieve.hits(joined)
                for start, end in _matches(joined, *self._rules[rank])
                if not _is_in_blob(joined, start, end)
            ]
        )
        if not found:
            return texts, {}
        if len(texts) > 1 and joined.count(_BETWEEN) >= len(texts):
            return self._one_by_one(texts)
        counts = Counter(self._types[rank] for _, _, rank in found)
        return self._replace(texts, joined, found), dict(counts)

    def _one_by_one(self, texts: list[str]) -> tuple[list[str], dict[str, int]]:
        """Where one of the texts holds what stands between them, too."""
        redacted, counts = [], Counter[str]()
        for text in texts:
            [clean], found = self._redact_all([text])
            redacted.append(clean)
            counts.update(found)
        return redacted, dict(counts)

    def is_clean(self, joined: str) -> bool:
        """Whether texts, joined by `BETWEEN`, are certain to hold nothing that must go: true of most."""
        if self.reads_prose or not self._own.is_clean(joined):
            return False
        return not self._sieve.hits(_raw(joined))

    def _replace(
        self, texts: list[str], joined: bytes, found: list[tuple[int, int, int]]
    ) -> list[str]:
        """`found` is sorted and holds offsets into the joined texts."""
        inside: dict[int, list[tuple[int, int, str]]] = {}
        begin = number = looked = 0
        for start, end, rank in found:
            if len(texts) > 1:
                number += joined.count(_BETWEEN, looked, start)
                begin = joined.rfind(_BETWEEN, looked, start) + 1 or begin
                looked = start
            inside.setdefault(number, []).append((start - begin, end - begin, self._types[rank]))
        redacted = list(texts)
        for number, hits in inside.items():
            redacted[number] = _rewrite(_raw(texts[number]), hits)
        return redacted


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _matches(text: bytes, search: _Search, check: Check) -> Iterator[tuple[int, int]]:
    """Start and end of each match that passed its check."""
    at = 0
    while match := search(text, at):
        start, stop = match.span(1)
        start = _after_escape(text, start)
        stop = _within_its_text(text, start, stop)
        end = check(text, start, stop)
        if end != REJECTED:
            yield start, end
            at = end
        else:
            at = start + 1 if stop - start <= _SEARCHED_AGAIN_BYTES else stop


def _within_its_text(text: bytes, start: int, stop: int) -> int:
    between = text.find(_BETWEEN, start, stop)
    return stop if between < 0 else between


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
    done = looked = 0
    quoted = False
    for start, end, type_ in found:
        pieces.append(raw[done:start])
        mark = f"[redacted:{type_}]".encode()
        if may_hold_bare_numbers and raw[start:end].isdigit():
            for token in _QUOTE_OR_ESCAPE.finditer(raw, looked, start):
                quoted ^= token.group() == b'"'
            looked = start
            if not quoted:
                mark = b'"' + mark + b'"'
        pieces.append(mark)
        done = end
    pieces.append(raw[done:])
    return b"".join(pieces).decode("utf-8", "surrogatepass")
