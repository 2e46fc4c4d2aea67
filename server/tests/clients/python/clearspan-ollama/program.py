"""Ollama's client, recorded by Clearspan's SDK."""

from itertools import islice

import clearspan_sdk
import scenarios as ask
from ollama import Client

WANTED = {"model": "llama3.2"}
QUESTION = {"role": "user", "content": ask.ORDER}
STORY = {"role": "user", "content": ask.STORY}

client = Client(ask.SIMULATOR)


def tools() -> object:
    """The question, the tool, and the question with its result."""
    asked = client.chat(**WANTED, messages=[QUESTION], tools=[ask.LOOKUP_TOOL])
    results = [
        {
            "role": "tool",
            "tool_name": call.function.name,
            "content": str(clearspan_sdk.lookup(call.function.arguments["order_id"])),
        }
        for call in asked.message.tool_calls
    ]
    messages = [QUESTION, asked.message, *results]
    return [asked, client.chat(**WANTED, messages=messages, tools=[ask.LOOKUP_TOOL])]


def stream() -> object:
    """A stream that is read to its end."""
    return list(client.chat(**WANTED, messages=[STORY], stream=True))


def error() -> object:
    """A call that is refused."""
    refused = Client(ask.SIMULATOR, headers=ask.REFUSED)
    return refused.chat(**WANTED, messages=[QUESTION])


def cancel() -> object:
    """A stream that is left."""
    reply = client.chat(**WANTED, messages=[STORY], stream=True)
    read = list(islice(reply, ask.READ_BEFORE_LEAVING))
    reply.close()
    return read


clearspan_sdk.run({"tools": tools, "stream": stream, "error": error, "cancel": cancel})
