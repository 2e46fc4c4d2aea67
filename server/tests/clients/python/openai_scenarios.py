"""The scenarios with OpenAI's client: whoever traces it, the calls are the same."""

import json
from collections.abc import Callable

import scenarios as ask
from openai import OpenAI

_QUESTION = {"role": "user", "content": ask.ORDER}
_STORY = {"role": "user", "content": ask.STORY}
_LOOKUP = {
    "type": "function",
    "function": {
        "name": ask.LOOKUP,
        "description": ask.LOOKUP_DESCRIPTION,
        "parameters": ask.LOOKUP_PARAMETERS,
    },
}


def of(
    client: type[OpenAI] = OpenAI, lookup: Callable[[str], dict[str, str]] = ask.lookup_order
) -> ask.Scenarios:
    """The scenarios; `lookup` is the tool, traced where the client has a way to."""
    chat = client(base_url=f"{ask.SIMULATOR}/v1", api_key=ask.KEY, max_retries=0).chat.completions

    def tools() -> None:
        messages = [_QUESTION]
        asked = chat.create(model=ask.MODEL, messages=messages, tools=[_LOOKUP])
        calls = asked.choices[0].message.tool_calls or []
        messages.append(asked.choices[0].message.to_dict())
        for call in calls:
            result = lookup(json.loads(call.function.arguments)["order_id"])
            content = json.dumps(result)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": content})
        chat.create(model=ask.MODEL, messages=messages, tools=[_LOOKUP])

    def stream() -> None:
        usage = {"include_usage": True}
        for _ in chat.create(model=ask.MODEL, messages=[_STORY], stream=True, stream_options=usage):
            pass

    def cached() -> None:
        handbook = {"role": "system", "content": ask.HANDBOOK}
        for _ in range(2):
            chat.create(model=ask.MODEL, messages=[handbook, _QUESTION])

    def error() -> None:
        chat.create(model=ask.MODEL, messages=[_QUESTION], extra_headers=ask.REFUSED)

    def cancel() -> None:
        reply = chat.create(model=ask.MODEL, messages=[_STORY], stream=True)
        for _, _ in zip(range(ask.READ_BEFORE_LEAVING), reply, strict=False):
            pass
        # Langfuse's client 3 hides the stream's own way to end it.
        getattr(reply, "close", lambda: None)()

    return {"tools": tools, "stream": stream, "cached": cached, "error": error, "cancel": cancel}
