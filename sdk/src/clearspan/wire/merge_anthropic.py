"""Streams of Anthropic's messages, from its own interface, Vertex or Bedrock."""

from clearspan.wire.forms import Json, mapping, opened
from clearspan.wire.merging import Growing, settled


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
        blocks = [block for block in blocks if block != {"type": "text"}]  # nothing was said yet
        for block in blocks:
            arguments = block.pop("partial_json", None)
            if arguments is not None:
                block["input"] = opened(arguments)
        usage = self._usage
        if not self._is_counted:  # the count of the first event is of what was not yet written
            usage = {key: value for key, value in usage.items() if key != "output_tokens"}
        return {**self._message, "content": blocks, "usage": usage}
