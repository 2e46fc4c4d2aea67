"""The scenarios over `chat.completions`, as the clients of OpenAI and of Groq have it."""

import json
from collections.abc import Callable
from itertools import islice

import scenarios as ask

QUESTION = {"role": "user", "content": ask.ORDER}
STORY = {"role": "user", "content": ask.STORY}
HANDBOOK = {"role": "system", "content": ask.HANDBOOK}


def of(
    chat: object, model: str, lookup: Callable[[str], dict[str, str]], **streamed: object
) -> ask.Scenarios:
    """The scenarios; `lookup` is the tool, traced where the client has a way to; `streamed` is said for a stream."""

    def tools() -> object:
        messages = [QUESTION]
        asked = chat.create(model=model, messages=messages, tools=[ask.LOOKUP_TOOL])
        calls = asked.choices[0].message.tool_calls or []
        messages.append(asked.choices[0].message.to_dict())
        for call in calls:
            result = lookup(json.loads(call.function.arguments)["order_id"])
            content = json.dumps(result)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": content})
        return [asked, chat.create(model=model, messages=messages, tools=[ask.LOOKUP_TOOL])]

    def stream() -> object:
        return list(chat.create(model=model, messages=[STORY], stream=True, **streamed))

    def cached() -> object:
        return [chat.create(model=model, messages=[HANDBOOK, QUESTION]) for _ in range(2)]

    def error() -> object:
        return chat.create(model=model, messages=[QUESTION], extra_headers=ask.REFUSED)

    def cancel() -> object:
        reply = chat.create(model=model, messages=[STORY], stream=True)
        read = list(islice(reply, ask.READ_BEFORE_LEAVING))
        # Langfuse's client 3 hides the stream's own way to end it.
        getattr(reply, "close", lambda: None)()
        return read

    return {"tools": tools, "stream": stream, "cached": cached, "error": error, "cancel": cancel}
