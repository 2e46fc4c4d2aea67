"""Mistral's client, recorded by Clearspan's SDK."""

import json
from itertools import islice

import clearspan_sdk
import scenarios as ask
from mistralai.client import Mistral

WANTED = {"model": "mistral-large-latest"}
QUESTION = {"role": "user", "content": ask.ORDER}
STORY = {"role": "user", "content": ask.STORY}
HANDBOOK = {"role": "system", "content": ask.HANDBOOK}

chat = Mistral(api_key=ask.KEY, server_url=ask.SIMULATOR).chat


def tools() -> object:
    """The question, the tool, and the question with its result."""
    asked = chat.complete(**WANTED, messages=[QUESTION], tools=[ask.LOOKUP_TOOL])
    message = asked.choices[0].message
    results = [
        {
            "role": "tool",
            "tool_call_id": call.id,
            "name": call.function.name,
            "content": json.dumps(
                clearspan_sdk.lookup(json.loads(call.function.arguments)["order_id"])
            ),
        }
        for call in message.tool_calls
    ]
    messages = [QUESTION, message, *results]
    return [asked, chat.complete(**WANTED, messages=messages, tools=[ask.LOOKUP_TOOL])]


def stream() -> object:
    """A stream that is read to its end."""
    with chat.stream(**WANTED, messages=[STORY]) as reply:
        return list(reply)


def cached() -> object:
    """The same long prompt twice."""
    return [chat.complete(**WANTED, messages=[HANDBOOK, QUESTION]) for _ in range(2)]


def error() -> object:
    """A call that is refused."""
    return chat.complete(**WANTED, messages=[QUESTION], http_headers=ask.REFUSED)


def cancel() -> object:
    """A stream that is left."""
    with chat.stream(**WANTED, messages=[STORY]) as reply:
        return list(islice(reply, ask.READ_BEFORE_LEAVING))


clearspan_sdk.run(
    {"tools": tools, "stream": stream, "cached": cached, "error": error, "cancel": cancel}
)
