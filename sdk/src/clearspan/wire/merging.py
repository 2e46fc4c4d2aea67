"""Merging: the pieces of a streamed answer become the body that the provider would have sent at once."""

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

    def add(self, chunk: Json) -> None:
        """Takes the next piece."""

    def body(self) -> Json:
        """The answer, as if it had come at once."""


class Growing:
    """Pieces put together, within a bound."""

    def __init__(self) -> None:
        self.is_complete = False
        self.has_begun = False
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
        self._room -= len(piece)
        if self._room < 0:
            return
        text = held.get(key)
        if not isinstance(text, Text):
            text = held[key] = Text()
        text.append(piece)

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
            if isinstance(item, dict):
                self.grow(_place(grown, item), item)
            else:
                grown.append(item)


def _place(items: list[Any], piece: Json) -> Json:
    """The item that a piece belongs to, by its index or because it goes on; else a new one."""
    index, name = piece.get("index"), piece.get("id")
    if isinstance(index, int):
        for item in reversed(mappings(items[-_LOOKED_AT:])):
            # Google's copy of OpenAI's form gives every call the index 0.
            if item.get("index") == index and (not name or item.get("id") in (None, name)):
                return item
    elif piece.get("type") in _GROWING:
        last = mapping(items[-1] if items else None)
        if last.get("type") == piece["type"]:
            return last
    new: Json = {}
    items.append(new)
    return new


def settled(held: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """A copy in which every growing text has become one."""
    if isinstance(held, Text):
        return "".join(held)
    if isinstance(held, dict):
        return {key: settled(value) for key, value in held.items()}
    if isinstance(held, list):
        return [settled(one) for one in held]
    return held
