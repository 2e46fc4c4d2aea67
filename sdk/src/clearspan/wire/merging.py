"""Merging: the pieces of a streamed answer become the body that the provider would have sent at once."""

import json
from itertools import islice
from typing import Any, Protocol

from clearspan.wire.forms import Json, mapping, mappings

MOST_HELD_CHARS = 16_000_000
_ITEM_CHARS = 64  # what an item takes besides its text, roughly
_LOOKED_AT = 256  # of the items of a list, from its end: hostile indexes cost no more

# What comes whole, and again in every piece; every other text is a piece of a longer one.
_WHOLE = frozenset(
    (
        *("id", "type", "role", "name", "object", "format", "status", "model", "call_id"),
        *("finish_reason", "stop_reason", "done_reason", "toolUseId", "mime_type", "mimeType"),
    )
)
# Parts of content that go on in the next piece.
_GROWING = frozenset(("text", "thinking", "reasoning", "reasoning.text", "reasoning.summary"))


class Text(list[str]):
    """A text that still grows."""


class Merger(Protocol):
    """What is known so far of one answer."""

    is_complete: bool
    has_begun: bool  # the first content, thought or call of a tool was seen
    growths: int  # how many texts and lists have grown, each time counted
    grown: Text  # the text that grew last

    def add(self, chunk: Json) -> None:
        """Takes the next piece."""

    def extend(self, piece: str) -> None:
        """Makes the text longer that grew last."""

    def body(self) -> Json:
        """The answer, as if it had come at once."""


class Growing:
    """Pieces put together, within a bound."""

    def __init__(self) -> None:
        self.is_complete = False
        self.has_begun = False
        self.growths = 0
        self.grown = Text()
        self._room = MOST_HELD_CHARS

    def grow(self, held: Json, piece: Json) -> None:
        """Adds a piece to what is held: texts and lists become longer, all else is replaced."""
        for key, value in piece.items():
            if isinstance(value, str):
                self._grow_text(held, key, value)
            elif isinstance(value, dict):
                inner = held.get(key)
                if not isinstance(inner, dict):
                    inner = held[key] = {}
                self.grow(inner, value)
            elif isinstance(value, list):
                self._grow_list(held, key, value)
            elif value is not None:
                held[key] = value

    def say(self, held: Json, key: str, piece: str) -> None:
        """Makes the text that stands under a name longer."""
        if not piece:
            return
        self.has_begun = True
        text = held.get(key)
        if not isinstance(text, Text):
            text = held[key] = Text()
        self.grown = text
        self.extend(piece)

    def extend(self, piece: str) -> None:
        """Makes the text longer that grew last."""
        self.growths += 1
        self._room -= len(piece)
        if self._room >= 0:
            self.grown.append(piece)

    def count_item(self) -> None:
        """Remembers that something else grew than a text."""
        self.growths += 1
        self.grown = Text()

    def _grow_text(self, held: Json, key: str, piece: str) -> None:
        if key in _WHOLE:
            if piece:
                held[key] = piece
                self.has_begun = self.has_begun or key == "name"
        elif isinstance(held.get(key), list) and not isinstance(held[key], Text):
            self._grow_list(held, key, [{"type": "text", "text": piece}] if piece else [])
        else:
            self.say(held, key, piece)

    def _grow_list(self, held: Json, key: str, items: list[Any]) -> None:
        grown = held.get(key)
        if isinstance(grown, Text):  # Mistral's content is a text or a list, from piece to piece
            grown = held[key] = [{"type": "text", "text": grown}]
        elif not isinstance(grown, list):
            grown = held[key] = []
        for item in items:
            self._room -= _ITEM_CHARS
            if self._room < 0:
                return
            if not isinstance(item, dict):
                grown.append(item)
                self.count_item()
                continue
            place = _place(grown, item)
            if not place:
                grown.append(place)
                self.count_item()
            self.grow(place, item)


def _place(items: list[Any], piece: Json) -> Json:
    """The item that a piece belongs to, by its index or because it goes on; a new one, empty, for the first piece."""
    index, name = piece.get("index"), piece.get("id")
    if isinstance(index, int):
        for item in reversed(mappings(items[-_LOOKED_AT:])):
            # Google's copy of OpenAI's form gives every call the index 0.
            if item.get("index") == index and (not name or item.get("id") in (None, name)):
                return item
    elif isinstance(kind := piece.get("type"), str) and kind in _GROWING:
        last = mapping(items[-1] if items else None)
        if last.get("type") == kind:
            return last
    return {}


def settled(held: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """A copy in which every growing text has become one."""
    if isinstance(held, Text):
        return "".join(held)
    if isinstance(held, dict):
        return {key: settled(value) for key, value in held.items()}
    if isinstance(held, list):
        return [settled(one) for one in held]
    return held


# What differs from piece to piece and means nothing, up to its value.
_RESTLESS = ('"obfuscation":', '"sequence_number":', '"created_at":')


class Twins:
    """The form of the last piece that did nothing but make one text longer."""

    def __init__(self, merger: Merger) -> None:
        self._merger = merger
        self._head = self._tail = ""
        self._restless: tuple[str, ...] = ()

    def take(self, pieces: list[str], at: int) -> int:
        """Adds the texts of those pieces from a place on that are twins; tells where others begin."""
        head, tail = self._head, self._tail
        start, end = len(head), -len(tail)
        texts: list[str] = []
        for one in islice(pieces, at, None) if head else ():
            steady = _steady(one, self._restless) if self._restless else one
            if steady[:start] != head or steady[end:] != tail:
                break
            texts.append(steady[start:end])
        said = "".join(texts)
        if '"' in said or "\\" in said:  # there is more in one of them than a text
            others = (n for n, one in enumerate(texts) if '"' in one or "\\" in one)
            texts = texts[: next(others)]
            said = "".join(texts)
        if said:
            self._merger.extend(said)
        return at + len(texts)

    def learn(self, said: str, growths: int) -> None:
        """Remembers the form of a piece that was parsed and merged, which made so many things grow."""
        self._head = ""
        if growths != 1 or not self._merger.grown:
            return
        self._restless = tuple(name for name in _RESTLESS if name in said)
        text = json.dumps(self._merger.grown[-1], ensure_ascii=False)
        head, _, tail = _steady(said, self._restless).partition(text)
        if tail and text not in tail:
            self._head, self._tail = f'{head}"', f'"{tail}'


def _steady(said: str, restless: tuple[str, ...]) -> str:
    """A piece without the values of what means nothing."""
    for name in restless:
        before, _, after = said.partition(name)
        end = after.find(",")
        said = before + after[end if end >= 0 else after.find("}") :]
    return said
