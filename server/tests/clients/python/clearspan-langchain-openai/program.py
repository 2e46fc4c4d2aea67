"""LangChain's chat model of OpenAI, recorded by Clearspan's SDK: by its callbacks, and once a call on the wire."""

from itertools import islice

import clearspan_sdk
import scenarios as ask
from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_openai import ChatOpenAI

model = ChatOpenAI(
    model=ask.MODEL,
    base_url=f"{ask.SIMULATOR}/v1",
    api_key=ask.KEY,
    max_retries=0,
    stream_usage=True,
)
story = [HumanMessage(ask.STORY)]
question = HumanMessage(ask.ORDER)


def tools() -> object:
    """The question, the tool, and the question with its result."""
    bound = model.bind_tools([ask.LOOKUP_TOOL])
    asked = bound.invoke([question])
    results = [
        ToolMessage(str(clearspan_sdk.lookup(call["args"]["order_id"])), tool_call_id=call["id"])
        for call in asked.tool_calls
    ]
    return [asked, bound.invoke([question, asked, *results])]


def stream() -> object:
    """A stream that is read to its end."""
    return list(model.stream(story))


def cached() -> object:
    """The same long prompt twice."""
    return [model.invoke([SystemMessage(ask.HANDBOOK), question]) for _ in range(2)]


def error() -> object:
    """A call that is refused."""
    return model.invoke([question], extra_headers=ask.REFUSED)


def cancel() -> object:
    """A stream that is left."""
    reply = model.stream(story)
    read = list(islice(reply, ask.READ_BEFORE_LEAVING))
    reply.close()
    return read


clearspan_sdk.run(
    {"tools": tools, "stream": stream, "cached": cached, "error": error, "cancel": cancel}
)
