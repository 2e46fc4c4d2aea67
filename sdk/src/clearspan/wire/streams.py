"""Streams of every form: the pieces of each become the body that its provider would have sent at once."""

import json
from typing import Any

from clearspan.wire.forms import Json, either, mapping, mappings, opened, text
from clearspan.wire.media import size_of
from clearspan.wire.merging import Growing, Merger, Text, settled


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


class Anthropic(Growing):
    """Events of one message."""

    def __init__(self) -> None:
        super().__init__()
        self._message: Json = {"type": "message", "role": "assistant"}
        self._usage: Json = {}
        self._blocks: dict[int, Json] = {}
        self._is_counted = False

    def add(self, event: Json) -> None:
        kind, index = event.get("type"), event.get("index")
        if kind in ("content_block_start", "content_block_delta") and isinstance(index, int):
            self._add_to_block(index, event)
        elif kind == "message_start":
            message = mapping(event.get("message"))
            self._message.update(message)
            self._count(message)
        elif kind == "message_delta":
            said = mapping(event.get("delta"))
            self._message.update({key: value for key, value in said.items() if value is not None})
            self._count(event)
            self._is_counted = self._is_counted or "output_tokens" in mapping(event.get("usage"))
        elif kind == "message_stop":
            self.is_complete = True
        metrics = event.get("amazon-bedrock-invocationMetrics")
        if isinstance(metrics, dict):
            self._message["amazon-bedrock-invocationMetrics"] = metrics

    def _count(self, held: Json) -> None:
        """Counts are of the whole message so far: the last one counts, and null is no count."""
        usage = mapping(held.get("usage"))
        self._usage.update({key: value for key, value in usage.items() if value is not None})

    def _add_to_block(self, index: int, event: Json) -> None:
        block = self._blocks.get(index)
        if block is None:
            self._room -= 1_000
            if self._room < 0:
                return
            block = self._blocks[index] = {}
        self.grow(block, mapping(event.get("content_block")))
        delta = mapping(event.get("delta"))
        if "citation" in delta:
            self._grow_list(block, "citations", [delta["citation"]])
        else:
            self.grow(block, {key: value for key, value in delta.items() if key != "type"})

    def body(self) -> Json:
        blocks = [settled(self._blocks[index]) for index in sorted(self._blocks)]
        blocks = [one for one in blocks if one not in ({}, {"type": "text"})]  # nothing said yet
        for block in blocks:
            arguments = block.pop("partial_json", None)
            if arguments is not None:
                block["input"] = opened(arguments)
        usage = self._usage
        if not self._is_counted:  # the count of the first event is of what was not yet written
            usage = {key: value for key, value in usage.items() if key != "output_tokens"}
        return {**self._message, "content": blocks, "usage": usage}


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


class Converse(Growing):
    """Bedrock's events, each `{its name: {…}}`."""

    def __init__(self) -> None:
        super().__init__()
        self._rest: Json = {}
        self._message: Json = {"role": "assistant"}
        self._blocks: dict[int, Json] = {}

    def add(self, chunk: Json) -> None:
        for name, held in chunk.items():
            event = mapping(held)
            if name in ("contentBlockStart", "contentBlockDelta"):
                self._add_to_block(event)
            elif name == "messageStart":
                self._message["role"] = text(event.get("role")) or "assistant"
            elif name in ("messageStop", "metadata"):
                self._rest.update({key: value for key, value in event.items() if key != "p"})
                self.is_complete = self.is_complete or name == "metadata"

    def _add_to_block(self, event: Json) -> None:
        index = event.get("contentBlockIndex")
        if not isinstance(index, int):
            return
        if index not in self._blocks:
            self._room -= 1_000
        if self._room >= 0:
            self.grow(self._blocks.setdefault(index, {}), mapping(event.get("start")))
            self.grow(self._blocks[index], mapping(event.get("delta")))

    def body(self) -> Json:
        blocks = [settled(self._blocks[index]) for index in sorted(self._blocks)]
        for block in blocks:
            call, thought = mapping(block.get("toolUse")), mapping(block.get("reasoningContent"))
            if "input" in call:
                call["input"] = opened(call["input"])
            if "text" in thought:
                block["reasoningContent"] = {"reasoningText": thought}
        return {"output": {"message": {**self._message, "content": blocks}}, **self._rest}


class Cohere(Growing):
    """Events of both of Cohere's chat interfaces; the first one's last event has the whole answer."""

    def __init__(self) -> None:
        super().__init__()
        self._rest: Json = {}
        self._message: Json = {"role": "assistant"}

    def add(self, chunk: Json) -> None:
        kind = chunk.get("type") or chunk.get("event_type")
        if chunk.get("id") or chunk.get("generation_id"):
            self._rest["id"] = chunk.get("id") or chunk["generation_id"]
        if kind == "message-end":
            said = mapping(chunk.get("delta"))
            self._rest.update({key: value for key, value in said.items() if value is not None})
            self.is_complete = True
        elif kind == "stream-end":
            self._rest["response"] = mapping(chunk.get("response"))
            self.is_complete = True
        elif kind == "text-generation":
            self.say(self._message, "content", text(chunk.get("text")))
        else:
            self._add_to_message(mapping(mapping(chunk.get("delta")).get("message")), chunk)

    def _add_to_message(self, message: Json, chunk: Json) -> None:
        """Contents and calls come one by one, and the event says the place of each."""
        place = {"index": chunk.get("index")}
        held = dict(message)
        for key in ("content", "tool_calls", "citations"):
            if isinstance(held.get(key), dict):
                held[key] = [{**place, **held[key]}]
        self.grow(self._message, held)

    def body(self) -> Json:
        if self._rest.get("response"):
            return self._rest
        return {**self._rest, "message": settled(self._message)}


class Lined(Growing):
    """Lines of Ollama, and the chunks of Llama on Bedrock: texts grow, the last line counts."""

    def __init__(self) -> None:
        super().__init__()
        self._held: Json = {}

    def add(self, chunk: Json) -> None:
        self.grow(self._held, {**chunk, "context": None, "created_at": None})
        self.is_complete = chunk.get("done") is True or bool(chunk.get("stop_reason"))

    def body(self) -> Json:
        return settled(self._held)  # type: ignore[no-any-return]  # an object settles into an object


class Media(Growing):
    """OpenAI's transcripts, speech and pictures: the last event has text or picture and what was used."""

    def __init__(self) -> None:
        super().__init__()
        self._held: Json = {}
        self._last: Json = {}
        self._size_bytes = 0

    def add(self, chunk: Json) -> None:
        kind = text(chunk.get("type"))
        if kind.endswith((".done", ".completed")):
            self._last = chunk
            self.is_complete = True
        elif isinstance(chunk.get("audio"), str):
            self._size_bytes += size_of(chunk["audio"])
            self.has_begun = True
        elif kind.endswith(".delta"):
            self.say(self._held, "text", text(chunk.get("delta")))
        self.has_begun = self.has_begun or "b64_json" in chunk

    def body(self) -> Json:
        body = {**settled(self._held), **self._last}
        if "b64_json" in body:
            body["data"] = [{"b64_json": body.pop("b64_json")}]
        return {**body, "size_bytes": self._size_bytes} if self._size_bytes else body


_BY_TYPE: tuple[tuple[tuple[str, ...], type[Merger]], ...] = (
    (("response.",), Responses),
    (("message_", "content_block_", "ping"), Anthropic),
    (("message-", "content-", "tool-", "citation-"), Cohere),
    (("transcript.", "speech.", "image_"), Media),
)
_BY_KEY: tuple[tuple[str, type[Merger]], ...] = (
    ("choices", Chat),
    ("candidates", Gemini),
    ("usageMetadata", Gemini),
    ("promptFeedback", Gemini),
    ("event_type", Cohere),
    ("messageStart", Converse),
    ("contentBlockDelta", Converse),
    ("contentBlockStart", Converse),
    ("metadata", Converse),
    ("done", Lined),
    ("generation", Lined),
)


def merger_of(chunk: Json) -> Merger | None:
    """What merges the stream that begins with this piece; None for a piece that does not tell."""
    kind = chunk.get("type")
    if isinstance(kind, str):
        for starts, merger in _BY_TYPE:
            if kind.startswith(starts):
                return merger()
    return next((merger() for key, merger in _BY_KEY if key in chunk), None)
