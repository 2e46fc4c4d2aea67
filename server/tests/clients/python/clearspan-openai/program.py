"""OpenAI's client, recorded by Clearspan's SDK."""

import asyncio
import json

import clearspan_sdk
import openai_scenarios
import scenarios as ask
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

URL = f"{ask.SIMULATOR}/v1"
QUESTION = {"role": "user", "content": ask.ORDER}
client = OpenAI(base_url=URL, api_key=ask.KEY, max_retries=0)


class Order(BaseModel):
    """What a structured answer holds."""

    order_id: str
    is_late: bool


async def talk() -> object:
    """The question with the asynchronous client; the answer that follows the tool's is streamed."""
    chat = AsyncOpenAI(base_url=URL, api_key=ask.KEY, max_retries=0).chat.completions
    wanted = {"model": ask.MODEL, "tools": [ask.LOOKUP_TOOL]}
    asked = await chat.create(**wanted, messages=[QUESTION])
    message = asked.choices[0].message
    results = [
        {
            "role": "tool",
            "tool_call_id": call.id,
            "content": json.dumps(
                clearspan_sdk.lookup(json.loads(call.function.arguments)["order_id"])
            ),
        }
        for call in message.tool_calls
    ]
    messages = [QUESTION, message.to_dict(), *results]
    usage = {"include_usage": True}
    reply = await chat.create(**wanted, messages=messages, stream=True, stream_options=usage)
    return [asked, *[piece async for piece in reply]]


def responses() -> object:
    """The same over the newer API."""
    wanted = {"model": ask.MODEL, "tools": [{"type": "function", **ask.LOOKUP_FUNCTION}]}
    asked = client.responses.create(**wanted, input=[QUESTION])
    calls = [item for item in asked.output if item.type == "function_call"]
    results = [
        {
            "type": "function_call_output",
            "call_id": call.call_id,
            "output": json.dumps(clearspan_sdk.lookup(json.loads(call.arguments)["order_id"])),
        }
        for call in calls
    ]
    turns = [QUESTION, *(item.to_dict() for item in asked.output), *results]
    with client.responses.stream(**wanted, input=turns) as reply:
        return [asked, *reply]


def structured() -> object:
    """Answers that are objects, over both APIs."""
    wanted = {"model": ask.MODEL}
    parsed = client.chat.completions.parse(**wanted, messages=[QUESTION], response_format=Order)
    return [parsed, client.responses.parse(**wanted, input=[QUESTION], text_format=Order)]


def embeddings() -> object:
    """Vectors of two texts."""
    return client.embeddings.create(
        model="text-embedding-3-small", input=[ask.ORDER, ask.STORY], dimensions=16
    )


clearspan_sdk.run(
    {
        **openai_scenarios.of(lookup=clearspan_sdk.lookup),
        "async": lambda: asyncio.run(talk()),
        "responses": responses,
        "structured": structured,
        "embeddings": embeddings,
    }
)
