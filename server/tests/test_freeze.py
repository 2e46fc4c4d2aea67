"""A trace that a server has recorded, frozen and replayed when the model is gone."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from clearspan.testing import freeze, replay
from clearspan_server.simulator.serve import running
from clearspan_server.simulator.settings import SimulatorSettings
from running import Server, settle

FAST = SimulatorSettings(ttft_ms=0, tokens_per_s=0)
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "lookup_order",
        "description": "Find an order and where its parcel is",
        "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}},
    },
}
PROGRAM = """
import json
import sys
import clearspan
from test_freeze import conversation

clearspan.init(endpoint=sys.argv[1])
clearspan.instrument()
with clearspan.span("conversation") as span:
    said = conversation(sys.argv[2])
assert clearspan.flush()
print(json.dumps([span.trace_id, said]))
"""


def conversation(url: str) -> list[str]:
    """Two models asked in three forms, with a tool call, a stream, and an address to be redacted."""
    client = openai.OpenAI(api_key="simulated", base_url=f"{url}/v1", max_retries=0)
    messages: list[Any] = [
        {"role": "system", "content": "Answer customers. Write to help@example.com otherwise."},
        {"role": "user", "content": "Where is my order A-1042?"},
    ]
    first = client.chat.completions.create(model="gpt-4o", messages=messages, tools=[TOOL])
    asked = first.choices[0].message
    said = [
        str(call.function.arguments) for call in asked.tool_calls or [] if call.type == "function"
    ]
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": '{"state": "on its way", "km": 3}'}
        for call in asked.tool_calls or []
    ]
    messages += [asked.model_dump(exclude_none=True), *results]
    stream = client.chat.completions.create(
        model="gpt-4o", messages=messages, tools=[TOOL], stream=True
    )
    said.append("".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices))
    answer = client.responses.create(model="gpt-4o", instructions="Be brief.", input="Why is that?")
    said.append(answer.output_text)
    other = anthropic.Anthropic(api_key="simulated", base_url=url, max_retries=0)
    with other.messages.stream(
        model="claude-haiku-4-5",
        max_tokens=200,
        system="Be brief.",
        messages=[{"role": "user", "content": "Where is my order A-1042?"}],
    ) as events:
        said.append(events.get_final_text())
    return said


def test_a_recorded_trace_replays_without_its_models(server: Server, tmp_path: Path) -> None:
    folders = [str(Path(__file__).parent), *sys.path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folders), "CLEARSPAN_KEY": ""}
    with running(FAST) as url:
        command = [sys.executable, "-c", PROGRAM, server.url, url]
        trace_id, said = json.loads(subprocess.check_output(command, text=True, env=environment))
    settle(server)

    test = freeze(trace_id, tmp_path, endpoint=server.url, key=server.token)

    (cassette,) = tmp_path.glob("*.json")
    assert "help@example.com" not in cassette.read_text("utf-8")
    with pytest.raises(openai.APIConnectionError):
        conversation(url)
    with replay(cassette) as calls:
        assert conversation(url) == said
    assert calls.left == []
    assert test.name == f"test_conversation_{trace_id[:8]}.py"
