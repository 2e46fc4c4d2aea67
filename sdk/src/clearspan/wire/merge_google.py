"""Streams of Gemini, from its own interface or Vertex."""

from clearspan.wire.forms import Json, either, mapping, mappings
from clearspan.wire.merging import Growing, Text, settled


class Gemini(Growing):
    """Whole small answers, one after the other: parts follow each other, what is counted is of all so far."""

    def __init__(self) -> None:
        super().__init__()
        self._rest: Json = {}
        self._candidates: dict[int, Json] = {}

    def add(self, chunk: Json) -> None:
        chunk = mapping(chunk.get("response")) or chunk
        for key, value in chunk.items():
            if key == "candidates":
                for candidate in mappings(value):
                    self._choose(candidate)
            elif isinstance(value, dict):
                self._rest[key] = {**mapping(self._rest.get(key)), **value}
            elif value not in (None, ""):
                self._rest[key] = value
        if either(mapping(chunk.get("promptFeedback")), "blockReason"):
            self.is_complete = True

    def _choose(self, candidate: Json) -> None:
        index = candidate.get("index")
        index = index if isinstance(index, int) else 0
        held = self._candidates.get(index)
        if held is None:
            self._room -= 1_000
            if self._room < 0:
                return
            held = self._candidates[index] = {"content": {"role": "model", "parts": []}}
        for part in mappings(mapping(candidate.get("content")).get("parts")):
            self._add_part(held["content"]["parts"], part)
        rest = {key: value for key, value in candidate.items() if key != "content" and value}
        held.update(rest)
        if rest.get("finishReason"):
            self.is_complete = all("finishReason" in one for one in self._candidates.values())

    def _add_part(self, parts: list[Json], part: Json) -> None:
        """A text goes on in the text before it, thoughts in thoughts; a signature ends them."""
        last = parts[-1] if parts else {}
        goes_on = (
            {"text"} <= part.keys() <= {"text", "thought", "thoughtSignature"}
            and "text" in last
            and "thoughtSignature" not in last
            and part.get("thought") == last.get("thought")
        )
        self._room -= 64
        if self._room < 0:
            return
        if not goes_on:
            last = {"text": Text()} if "text" in part else {}
            parts.append(last)
            self.count_item()
        self.has_begun = self.has_begun or "text" not in part
        self.grow(last, part)

    def body(self) -> Json:
        candidates = [settled(self._candidates[index]) for index in sorted(self._candidates)]
        return {**self._rest, "candidates": candidates} if candidates else self._rest
