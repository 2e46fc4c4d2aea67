"""One walk through texts as people read them, for whatever looks for something in words.

Strings inside JSON are decoded, looked through and written again, at any depth; nothing else of the JSON changes.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence

import orjson

from clearspan_server.ingest.coerce import to_json

Found = tuple[int, int, str]
"""Where something that must go begins and ends, in characters, and its type."""

Finder = Callable[[str], list[Found] | None]
"""Text → what must go of it; None where the text could not be read: then it goes as a whole."""

UNREAD = "unread"  # the type of a text that went as a whole
MARK = r"\[redacted:[a-z][a-z0-9_]*\]"

_MARK = re.compile(MARK)
_MAY_BE_JSON = re.compile(r'\s*["\[{]')
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_HALF_LETTER = re.compile(r"[\ud800-\udfff]")  # as an escape it can be stored, as itself it cannot
_COLON = re.compile(r"\s*:")


class Leaves:
    """Redacts what some finders find; one instance serves any number of threads.

    Args:
        anywhere: They look through all texts.
        in_prose: They leave alone what programs are written with: keys of JSON, and texts that are names.
    """

    def __init__(self, anywhere: Sequence[Finder], in_prose: Sequence[Finder]) -> None:
        self._anywhere = tuple(anywhere)
        self._all = (*anywhere, *in_prose)

    def redact(self, texts: list[str], names: int = 0) -> tuple[list[str], dict[str, int]]:
        """As `Redactor.redact`."""
        counts = Counter[str]()
        clean = [self._text(text, self._anywhere, counts) for text in texts[:names]]
        clean += [self._text(text, self._all, counts) for text in texts[names:]]
        return (clean, dict(counts)) if counts else (texts, {})

    def _text(self, text: str, finders: tuple[Finder, ...], counts: Counter[str]) -> str:
        # JSON in JSON doubles its backslashes at each step, so that its depth has a bound.
        if _MAY_BE_JSON.match(text) and _is_json(text):
            return _JSON_STRING.sub(lambda found: self._string(found, finders, counts), text)
        clean = _plain(text, finders, counts)
        # A bare number may be JSON: its mark is, too.
        return f'"{clean}"' if clean is not text and text.strip().isdigit() else clean

    def _string(
        self, found: re.Match[str], finders: tuple[Finder, ...], counts: Counter[str]
    ) -> str:
        token = found[0]
        if finders is not self._anywhere and _COLON.match(found.string, found.end()):
            finders = self._anywhere  # it is a key
        held = str(_loaded(token)) if "\\" in token else token[1:-1]
        clean = self._text(held, finders, counts)
        return token if clean == held else to_json(_HALF_LETTER.sub("\ufffd", clean))


def _is_json(text: str) -> bool:
    try:
        _loaded(text)
    except (ValueError, RecursionError):
        return False
    return True


def _loaded(text: str) -> object:
    r"""Also with half letters (`\ud83d`) and NaN, which the strict reader refuses: names stand behind them, too."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _plain(text: str, finders: tuple[Finder, ...], counts: Counter[str]) -> str:
    found: list[Found] = []
    for finder in finders:
        hits = finder(text)
        if hits is None:
            counts[UNREAD] += 1
            return f"[redacted:{UNREAD}]"
        found += hits
    if not found:
        return text
    pieces, done = [], 0
    for start, end, name in _settled(text, found):
        counts[name] += 1
        pieces += [text[done:start], f"[redacted:{name}]"]
        done = end
    return "".join([*pieces, text[done:]]) if done else text


def _settled(text: str, found: list[Found]) -> list[Found]:
    """Sorted, and of two that overlap the first takes the other in.

    What lies inside of a mark is none; what reaches over one takes it in.
    """
    settled: list[Found] = []
    marks = [(*mark.span(), "") for mark in _MARK.finditer(text)]
    for start, end, name in sorted([*marks, *found], key=lambda one: (one[0], -one[1])):
        if not settled or start >= settled[-1][1]:
            settled.append((start, end, name))
            continue
        first_start, first_end, first_name = settled[-1]
        if first_name or end > first_end:
            settled[-1] = (first_start, max(first_end, end), first_name or name)
    return [one for one in settled if one[2]]
