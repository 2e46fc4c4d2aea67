"""The scenarios with Anthropic's client: whoever traces it, the calls are the same."""

import json
import os
from collections.abc import Callable

# Its own spans would tell every call once more.
os.environ["ANTHROPIC_OPEN_TELEMETRY"] = "false"

import scenarios as ask
from anthropic import Anthropic

_MODEL = "claude-sonnet-4-5"
_MAX_TOKENS = 1024
_QUESTION = {"role": "user", "content": ask.ORDER}
_STORY = {"role": "user", "content": ask.STORY}
_LOOKUP = {
    "name": ask.LOOKUP,
    "description": ask.LOOKUP_DESCRIPTION,
    "input_schema": ask.LOOKUP_PARAMETERS,
}
# Nothing is cached that is not marked.
_HANDBOOK = {"type": "text", "text": ask.HANDBOOK, "cache_control": {"type": "ephemeral"}}


def of(lookup: Callable[[str], dict[str, str]] = ask.lookup_order) -> ask.Scenarios:
    """The scenarios; `lookup` is the tool, traced where the client has a way to."""
    messages = Anthropic(base_url=ask.SIMULATOR, api_key=ask.KEY, max_retries=0).messages
    wanted = {"model": _MODEL, "max_tokens": _MAX_TOKENS}

    def tools() -> None:
        turns = [_QUESTION]
        asked = messages.create(**wanted, messages=turns, tools=[_LOOKUP])
        results = [
            {
                "type": "tool_result",
                "tool_use_id": block.id,
                "content": json.dumps(lookup(block.input["order_id"])),
            }
            for block in asked.content
            if block.type == "tool_use"
        ]
        turns.append({"role": "assistant", "content": asked.to_dict()["content"]})
        turns.append({"role": "user", "content": results})
        messages.create(**wanted, messages=turns, tools=[_LOOKUP])

    def stream() -> None:
        with messages.stream(**wanted, messages=[_STORY]) as reply:
            for _ in reply.text_stream:
                pass

    def cached() -> None:
        for _ in range(2):
            messages.create(**wanted, system=[_HANDBOOK], messages=[_QUESTION])

    def error() -> None:
        messages.create(**wanted, messages=[_QUESTION], extra_headers=ask.REFUSED)

    def cancel() -> None:
        with messages.create(**wanted, messages=[_STORY], stream=True) as reply:
            for _, _ in zip(range(ask.READ_BEFORE_LEAVING), reply, strict=False):
                pass

    return {"tools": tools, "stream": stream, "cached": cached, "error": error, "cancel": cancel}
