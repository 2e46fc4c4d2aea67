"""OpenAI's API over plain requests, recorded by Clearspan's SDK."""

import json
from contextlib import closing
from itertools import islice

import clearspan_sdk
import requests
import scenarios as ask

WANTED = {"model": ask.MODEL}
QUESTION = {"role": "user", "content": ask.ORDER}
STORY = {"role": "user", "content": ask.STORY}
HANDBOOK = {"role": "system", "content": ask.HANDBOOK}


def post(body: dict[str, object], **options: object) -> requests.Response:
    """The answer, unless it is an error."""
    answer = requests.post(
        f"{ask.SIMULATOR}/v1/chat/completions", json=WANTED | body, timeout=30, **options
    )
    answer.raise_for_status()
    return answer


def tools() -> object:
    """The question, the tool, and the question with its result."""
    asked = post({"messages": [QUESTION], "tools": [ask.LOOKUP_TOOL]}).json()
    message = asked["choices"][0]["message"]
    results = [
        {
            "role": "tool",
            "tool_call_id": call["id"],
            "content": json.dumps(
                clearspan_sdk.lookup(json.loads(call["function"]["arguments"])["order_id"])
            ),
        }
        for call in message["tool_calls"]
    ]
    messages = [QUESTION, message, *results]
    return [asked, post({"messages": messages, "tools": [ask.LOOKUP_TOOL]}).json()]


def stream() -> object:
    """A stream that is read to its end, line by line."""
    body = {"messages": [STORY], "stream": True, "stream_options": {"include_usage": True}}
    return [line.decode() for line in post(body, stream=True).iter_lines()]


def cached() -> object:
    """The same long prompt twice."""
    return [post({"messages": [HANDBOOK, QUESTION]}).json() for _ in range(2)]


def error() -> object:
    """A call that is refused."""
    return post({"messages": [QUESTION]}, headers=ask.REFUSED).json()


def cancel() -> object:
    """A stream that is left."""
    with closing(post({"messages": [STORY], "stream": True}, stream=True)) as reply:
        lines = reply.iter_lines(chunk_size=1)
        # An event ends with an empty line.
        return [line.decode() for line in islice(lines, ask.READ_BEFORE_LEAVING + 1)]


clearspan_sdk.run(
    {"tools": tools, "stream": stream, "cached": cached, "error": error, "cancel": cancel}
)
