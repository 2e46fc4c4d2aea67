"""Cohere's client, recorded by Clearspan's SDK."""

import json
from itertools import islice

import clearspan_sdk
import scenarios as ask
from cohere import ClientV2

WANTED = {"model": "command-a-03-2025"}
QUESTION = {"role": "user", "content": ask.ORDER}
STORY = {"role": "user", "content": ask.STORY}
HANDBOOK = {"role": "system", "content": ask.HANDBOOK}

client = ClientV2(ask.KEY, base_url=ask.SIMULATOR, max_retries=0)


def tools() -> object:
    """The question, the tool, and the question with its result."""
    asked = client.chat(**WANTED, messages=[QUESTION], tools=[ask.LOOKUP_TOOL])
    results = [
        {
            "role": "tool",
            "tool_call_id": call.id,
            "content": json.dumps(
                clearspan_sdk.lookup(json.loads(call.function.arguments)["order_id"])
            ),
        }
        for call in asked.message.tool_calls
    ]
    messages = [QUESTION, asked.message, *results]
    return [asked, client.chat(**WANTED, messages=messages, tools=[ask.LOOKUP_TOOL])]


def stream() -> object:
    """A stream that is read to its end."""
    return list(client.chat_stream(**WANTED, messages=[STORY]))


def cached() -> object:
    """The same long prompt twice."""
    return [client.chat(**WANTED, messages=[HANDBOOK, QUESTION]) for _ in range(2)]


def error() -> object:
    """A call that is refused."""
    options = {"additional_headers": ask.REFUSED}
    return client.chat(**WANTED, messages=[QUESTION], request_options=options)


def cancel() -> object:
    """A stream that is left."""
    reply = client.chat_stream(**WANTED, messages=[STORY])
    read = list(islice(reply, ask.READ_BEFORE_LEAVING))
    reply.close()
    return read


clearspan_sdk.run(
    {"tools": tools, "stream": stream, "cached": cached, "error": error, "cancel": cancel}
)
