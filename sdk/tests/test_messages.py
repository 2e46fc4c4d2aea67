"""Messages in the forms that people write, as they arrive at a server."""

import json

import pytest

import clearspan
from receiver import Receiver


def text(content: str) -> dict[str, str]:
    return {"type": "text", "content": content}


USER = {"role": "user", "parts": [text("hi")]}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("hi", [USER]),
        (["hi", "ho"], [USER, {"role": "user", "parts": [text("ho")]}]),
        ({"role": "user", "content": "hi"}, [USER]),
        ([USER], [USER]),
        ([text("hi"), {"type": "reasoning", "content": "hm"}], [
            {"role": "user", "parts": [text("hi"), {"type": "reasoning", "content": "hm"}]}
        ]),
        (
            [{"role": "user", "name": "ann", "content": [
                {"type": "text", "text": "what is this"},
                {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
                {"type": "input_audio", "input_audio": {"format": "wav"}},
            ]}],
            [{"role": "user", "name": "ann", "parts": [
                text("what is this"),
                {"type": "uri", "modality": "image", "uri": "https://example.org/a.png"},
                {"type": "input_audio", "input_audio": {"format": "wav"}},
            ]}],
        ),
        (
            [{"role": "assistant", "content": "let me see", "reasoning_content": "hm",
              "tool_calls": [{"id": "c1", "type": "function",
                              "function": {"name": "f", "arguments": "{broken"}}]}],
            [{"role": "assistant", "parts": [
                {"type": "reasoning", "content": "hm"},
                text("let me see"),
                {"type": "tool_call", "id": "c1", "name": "f", "arguments": "{broken"},
            ]}],
        ),
        (
            [{"role": "tool", "tool_call_id": "c1", "content": "18 °C"}],
            [{"role": "tool", "parts": [
                {"type": "tool_call_response", "id": "c1", "response": "18 °C"}
            ]}],
        ),
        (
            [{"role": "assistant", "finish_reason": "stop", "parts": [
                {"type": "tool_call", "id": "c1", "name": "f", "arguments": '{"a": 1}'}
            ]}],
            [{"role": "assistant", "finish_reason": "stop", "parts": [
                {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"a": 1}}
            ]}],
        ),
        ([{"role": "assistant", "content": None, "refusal": "no"}], [
            {"role": "assistant", "parts": [text("no")]}
        ]),
    ],
)  # fmt: skip
def test_input_becomes_canonical_messages(recording: Receiver, given: object, sent: object) -> None:
    with clearspan.llm_span("chat", input=given):
        pass

    assert clearspan.flush()
    attributes = recording.span("chat")["attributes"]
    assert json.loads(attributes["gen_ai.input.messages"]) == sent


def test_output_is_said_by_the_assistant(recording: Receiver) -> None:
    with clearspan.llm_span("chat", output="Paris"):
        pass

    assert clearspan.flush()
    attributes = recording.span("chat")["attributes"]
    assert json.loads(attributes["gen_ai.output.messages"]) == [
        {"role": "assistant", "parts": [text("Paris")]}
    ]


def test_input_that_is_no_message_is_sent_as_it_is(recording: Receiver) -> None:
    with clearspan.llm_span("classify", input={"labels": ["a", "b"]}, output=[0.1, 0.9]):
        pass

    assert clearspan.flush()
    attributes = recording.span("classify")["attributes"]
    assert attributes["clearspan.input"] == '{"labels":["a","b"]}'
    assert attributes["clearspan.output"] == "[0.1,0.9]"
