"""Streams of OpenAI's two forms, chat completions and responses, as all that copy them send them."""

import json
from typing import Any

from clearspan.wire.forms import Json, mapping, mappings
from clearspan.wire.merging import Growing, settled


class Chat(Growing):
    """Chat completions, and completions of texts: pieces of one or more choices."""

    def __init__(self) -> None:
        super().__init__()
        self._rest: Json = {}
        self._choices: dict[int, Json] = {}

    def add(self, chunk: Json) -> None:
        for key, value in chunk.items():
            if key == "choices":
                for choice in mappings(value):
                    self._choose(choice)
            elif key in ("usage", "x_groq") and isinstance(value, dict):
                self._rest[key] = {**mapping(self._rest.get(key)), **value}
            elif value not in (None, ""):  # Azure's first chunk has no name and no model
                self._rest[key] = value

    def _choose(self, choice: Json) -> None:
        index = choice.get("index")
        index = index if isinstance(index, int) else 0
        held = self._choices.get(index)
        if held is None:
            self._room -= 1_000
            if self._room < 0:
                return
            held = self._choices[index] = {"index": index, "message": {}}
        delta = choice.get("delta")
        if isinstance(delta, dict):
            self.grow(held["message"], delta)
        elif isinstance(choice.get("text"), str):
            self.say(held, "text", choice["text"])
        reason = choice.get("finish_reason")
        if reason:
            held["finish_reason"] = reason
            # A caller may leave, and a server end, without the last word.
            self.is_complete = all("finish_reason" in one for one in self._choices.values())

    def body(self) -> Json:
        choices = [settled(self._choices[index]) for index in sorted(self._choices)]
        for choice in choices:
            if "text" in choice:
                del choice["message"]
        return {**self._rest, "choices": choices}


_FINAL = frozenset(("response.completed", "response.incomplete", "response.failed"))
# Where the pieces of an item belong: of which list, and what its parts are called.
_DELTAS = {
    "output_text": ("content", "output_text", "text"),
    "refusal": ("content", "refusal", "refusal"),
    "reasoning_text": ("content", "reasoning_text", "text"),
    "reasoning_summary_text": ("summary", "summary_text", "text"),
}
_BEGUN = frozenset(("name", "content", "summary"))
_INNER = {
    "function_call_arguments": "arguments",
    "mcp_call_arguments": "arguments",
    "custom_tool_call_input": "input",
    "code_interpreter_call_code": "code",
}


class Responses(Growing):
    """Events of OpenAI's responses. The last has the answer; the others matter only when it does not come."""

    def __init__(self) -> None:
        super().__init__()
        self._response: Json = {}
        self._items: dict[int, Json] = {}

    def add(self, event: Json) -> None:
        kind = str(event.get("type"))
        if isinstance(event.get("response"), dict):
            self._response = event["response"]
            self.is_complete = self.is_complete or kind in _FINAL
        elif kind.endswith(".delta"):
            self._add_delta(kind.removeprefix("response.").removesuffix(".delta"), event)
        elif kind in ("response.output_item.added", "response.output_item.done"):
            self._add_item(event, is_done=kind.endswith("done"))

    def _add_item(self, event: Json, *, is_done: bool) -> None:
        index, item = event.get("output_index"), mapping(event.get("item"))
        if not isinstance(index, int):
            return
        if not is_done:
            # Its texts are empty or come again as deltas.
            item = {key: value for key, value in item.items() if value not in ("", [])}
        self.has_begun = self.has_begun or not _BEGUN.isdisjoint(item)
        self._room -= 1_000 + (len(json.dumps(item)) if is_done else 0)
        if self._room >= 0:
            self._items[index] = item

    def _add_delta(self, kind: str, event: Json) -> None:
        index, delta = event.get("output_index"), event.get("delta")
        if not isinstance(index, int) or not isinstance(delta, str):
            return
        item = self._items.setdefault(index, {})
        if kind in _INNER:
            self.say(item, _INNER[kind], delta)
        elif kind in _DELTAS:
            place, part_kind, key = _DELTAS[kind]
            number = event.get("summary_index" if place == "summary" else "content_index")
            self._grow_list(item, place, [{"index": number, "type": part_kind, key: delta}])
            item.setdefault("type", "reasoning" if "reasoning" in kind else "message")
            if place == "content" and part_kind != "reasoning_text":
                item.setdefault("role", "assistant")

    def body(self) -> Json:
        if self.is_complete:
            return self._response
        rest = {key: value for key, value in self._response.items() if key != "status"}
        output: list[Any] = [settled(self._items[index]) for index in sorted(self._items)]
        return {**rest, "output": output}
