"""Streams of Bedrock, Cohere and Ollama, and of OpenAI's sound and pictures."""

from clearspan.wire.forms import Json, mapping, opened, text
from clearspan.wire.media import size_of
from clearspan.wire.merging import Growing, settled


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
