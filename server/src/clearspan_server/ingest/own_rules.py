"""A project's own words and regular expressions, which are redacted beside what everybody's rules find.

They look at texts as people read them: `leaves.py` walks through what is inside JSON.
"""

import re
from collections.abc import Sequence

import re2

from clearspan_server.errors import BadInput
from clearspan_server.ingest.leaves import Found
from clearspan_server.model.privacy import OwnPattern

MAX_WORDS, MAX_WORD_CHARS = 500, 100
MAX_PATTERNS, MAX_PATTERN_CHARS = 50, 500
WORD = "word"  # the type of what a word hides

_SHORTEST_WORD = 2
_MAX_BYTES = 1024 * 1024  # that a compiled pattern may take
_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
_WITHIN_CHARS = bytes(range(0x80, 0xC0))  # the bytes of UTF-8 with which no character begins
_ANCHORS = ("^", "$", "\\A", "\\z", "\\b", "\\B")


class OwnRules:
    """Compiled words and patterns; one instance serves any number of threads.

    Raises:
        BadInput: there are too many, one is too long, or one cannot be read.
    """

    def __init__(self, words: Sequence[str] = (), patterns: Sequence[OwnPattern] = ()) -> None:
        _check_counts(words, patterns)
        sources = [(WORD, _of_word(_checked_word(word))) for word in words]
        sources += [(one.name, _checked(one)) for one in patterns]
        self._rules = [(name, _compiled(source, source)) for name, source in sources]
        self.names = frozenset(name for name, _ in sources)
        whole = "|".join(f"(?:{source})" for _, source in sources)
        self._any = (
            _compiled(whole, "all words and patterns together", len(sources)) if sources else None
        )
        # Where one of them asks what stands before or behind it, only its own text can tell.
        self._looks_around = any(anchor in one.pattern for one in patterns for anchor in _ANCHORS)

    def is_clean(self, joined: str) -> bool:
        """Whether texts, joined by something that no rule finds, are certain to hold nothing of theirs."""
        if self._any is None:
            return True
        return not (self._looks_around or "\\" in joined or self._any.search(_raw(joined)))

    def find(self, text: str) -> list[Found]:
        """What a text holds of theirs; some of it may overlap."""
        raw = _raw(text)
        if self._any is None or not self._any.search(raw):
            return []
        found: list[Found] = []
        spans = [(*hit.span(), name) for name, rule in self._rules for hit in rule.finditer(raw)]
        chars = at = 0
        for start, end, name in sorted(spans):
            chars, at = chars + _count_chars(raw[at:start]), start
            if start < end:
                found.append((chars, chars + _count_chars(raw[start:end]), name))
        return found


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _count_chars(raw: bytes) -> int:
    return len(raw.translate(None, _WITHIN_CHARS))


def _check_counts(words: Sequence[str], patterns: Sequence[OwnPattern]) -> None:
    if len(words) > MAX_WORDS:
        raise BadInput(f"{len(words)} words; a project can have {MAX_WORDS}", field="words")
    if len(patterns) > MAX_PATTERNS:
        raise BadInput(
            f"{len(patterns)} patterns; a project can have {MAX_PATTERNS}", field="patterns"
        )


def _checked_word(word: str) -> str:
    if not _SHORTEST_WORD <= len(word.strip()) <= MAX_WORD_CHARS:
        raise BadInput(
            f"the word {word[:40]!r} has {len(word.strip())} characters;"
            f" {_SHORTEST_WORD} to {MAX_WORD_CHARS} are possible",
            field="words",
        )
    return word.strip()


def _of_word(word: str) -> str:
    """In any case, and not inside of a longer word where the script tells words apart."""
    left, right = ("\\b" if one.isascii() and one.isalnum() else "" for one in (word[0], word[-1]))
    return f"(?i:{left}{re2.escape(word)}{right})"


def _checked(one: OwnPattern) -> str:
    if not _NAME.fullmatch(one.name):
        raise BadInput(
            f"{one.name[:40]!r} is no name: a letter and up to 29 letters, digits and '_', in lower case",
            field="patterns",
        )
    if not 0 < len(one.pattern) <= MAX_PATTERN_CHARS:
        raise BadInput(
            f"the pattern {one.name!r} has {len(one.pattern)} characters; 1 to {MAX_PATTERN_CHARS} are possible",
            field="patterns",
        )
    if _compiled(one.pattern, one.name).search(b"") is not None:
        raise BadInput(
            f"the pattern {one.name!r} matches the empty text: it would match everywhere",
            field="patterns",
        )
    return one.pattern


def _compiled(source: str, what: str, times: int = 1) -> "re2._Regexp":
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_BYTES * max(1, times)
    try:
        return re2.compile(_raw(source), options)
    except re2.error as error:
        [said, *_] = error.args or ("",)
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise BadInput(
            f"the pattern {what[:60]!r} cannot be used: {reason[:200]}", field="patterns"
        ) from error


NO_RULES = OwnRules()
