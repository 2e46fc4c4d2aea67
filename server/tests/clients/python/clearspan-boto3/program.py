"""Amazon's client of Bedrock, recorded by Clearspan's SDK."""

import json
import os
from contextlib import closing
from itertools import islice

# Nothing of the machine that it runs on.
os.environ |= {
    "AWS_ACCESS_KEY_ID": "simulated",
    "AWS_SECRET_ACCESS_KEY": "simulated",
    "AWS_EC2_METADATA_DISABLED": "true",
}

import boto3
import clearspan_sdk
import scenarios as ask
from botocore.config import Config

MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"
WANTED = {"modelId": MODEL}
QUESTION = {"role": "user", "content": [{"text": ask.ORDER}]}
STORY = {"role": "user", "content": [{"text": ask.STORY}]}
# Nothing is cached that is not marked.
HANDBOOK = [{"text": ask.HANDBOOK}, {"cachePoint": {"type": "default"}}]
LOOKUP = {
    "name": ask.LOOKUP,
    "description": ask.LOOKUP_DESCRIPTION,
    "inputSchema": {"json": ask.LOOKUP_PARAMETERS},
}

bedrock = boto3.client(
    "bedrock-runtime",
    endpoint_url=ask.SIMULATOR,
    region_name="eu-central-1",
    config=Config(retries={"total_max_attempts": 1}),
)


def tools() -> object:
    """The question, the tool, and the question with its result."""
    wanted = {**WANTED, "toolConfig": {"tools": [{"toolSpec": LOOKUP}]}}
    asked = bedrock.converse(**wanted, messages=[QUESTION])
    message = asked["output"]["message"]
    results = [
        {
            "toolResult": {
                "toolUseId": block["toolUse"]["toolUseId"],
                "content": [{"json": clearspan_sdk.lookup(block["toolUse"]["input"]["order_id"])}],
            }
        }
        for block in message["content"]
        if "toolUse" in block
    ]
    turns = [QUESTION, message, {"role": "user", "content": results}]
    return [asked, bedrock.converse(**wanted, messages=turns)]


def stream() -> object:
    """A stream that is read to its end."""
    return list(bedrock.converse_stream(**WANTED, messages=[STORY])["stream"])


def cached() -> object:
    """The same long prompt twice."""
    return [bedrock.converse(**WANTED, system=HANDBOOK, messages=[QUESTION]) for _ in range(2)]


def error() -> object:
    """A call that is refused."""
    bedrock.meta.events.register(
        "before-call", lambda params, **_: params["headers"].update(ask.REFUSED)
    )
    return bedrock.converse(**WANTED, messages=[QUESTION])


def cancel() -> object:
    """A stream that is left."""
    with closing(bedrock.converse_stream(**WANTED, messages=[STORY])["stream"]) as reply:
        return list(islice(reply, ask.READ_BEFORE_LEAVING))


def invoke() -> object:
    """The question in the model's own format; the answer that follows the tool's is streamed."""
    question = {"role": "user", "content": ask.ORDER}
    tool = {
        "name": ask.LOOKUP,
        "description": ask.LOOKUP_DESCRIPTION,
        "input_schema": ask.LOOKUP_PARAMETERS,
    }
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 1024, "tools": [tool]}
    answer = bedrock.invoke_model(**WANTED, body=json.dumps({**body, "messages": [question]}))
    asked = json.load(answer["body"])
    results = [
        {
            "type": "tool_result",
            "tool_use_id": block["id"],
            "content": json.dumps(clearspan_sdk.lookup(block["input"]["order_id"])),
        }
        for block in asked["content"]
        if block["type"] == "tool_use"
    ]
    turns = [
        question,
        {"role": "assistant", "content": asked["content"]},
        {"role": "user", "content": results},
    ]
    reply = bedrock.invoke_model_with_response_stream(
        **WANTED, body=json.dumps({**body, "messages": turns})
    )
    return [asked, *(json.loads(event["chunk"]["bytes"]) for event in reply["body"])]


clearspan_sdk.run(
    {
        "tools": tools,
        "stream": stream,
        "cached": cached,
        "error": error,
        "cancel": cancel,
        "invoke": invoke,
    }
)
