"""The scenarios with Anthropic's client: whoever traces it, the calls are the same."""

import json
import os
from collections.abc import Callable
from itertools import islice

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

    def tools() -> object:
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
        return [asked, messages.create(**wanted, messages=turns, tools=[_LOOKUP])]

    def stream() -> object:
        with messages.stream(**wanted, messages=[_STORY]) as reply:
            return [*reply.text_stream, reply.get_final_message()]

    def cached() -> object:
        return [
            messages.create(**wanted, system=[_HANDBOOK], messages=[_QUESTION]) for _ in range(2)
        ]

    def error() -> object:
        return messages.create(**wanted, messages=[_QUESTION], extra_headers=ask.REFUSED)

    def cancel() -> object:
        with messages.create(**wanted, messages=[_STORY], stream=True) as reply:
            return list(islice(reply, ask.READ_BEFORE_LEAVING))

    return {"tools": tools, "stream": stream, "cached": cached, "error": error, "cancel": cancel}
