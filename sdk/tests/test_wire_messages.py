"""Requests and messages of every provider in one form."""

import pytest

from clearspan.wire import read_message, read_messages, read_parts, read_request


def text(content: str) -> dict[str, object]:
    return {"type": "text", "content": content}


def call(call_id: str = "1") -> dict[str, object]:
    return {"type": "tool_call", "id": call_id, "name": "f", "arguments": {"a": 1}}


def blob(modality: str, mime_type: str) -> dict[str, object]:
    return {"type": "blob", "modality": modality, "mime_type": mime_type, "content": "QUJD"}


@pytest.mark.parametrize(
    ("piece", "parts"),
    [
        ({"type": "output_text", "text": "hi", "annotations": []}, [text("hi")]),
        ({"type": "text", "content": [{"type": "text", "text": "hi"}]}, [text("hi")]),  # OpenLIT
        ({"text": "hi"}, [text("hi")]),
        ({"type": "refusal", "refusal": "no"}, [{**text("no"), "refusal": True}]),
        # Calls and their results.
        ({"type": "tool_call", "id": "1", "name": "f", "arguments": '{"a": 1}'}, [call()]),
        (
            {"type": "function", "id": "1", "function": {"name": "f", "arguments": '{"a":1}'}},
            [call()],
        ),
        (
            {
                "type": "function_call",
                "id": "x",
                "call_id": "1",
                "name": "f",
                "arguments": '{"a":1}',
            },
            [call()],
        ),
        ({"type": "tool_use", "id": "1", "name": "f", "input": {"a": 1}}, [call()]),
        ({"type": "tool-call", "toolCallId": "1", "toolName": "f", "args": {"a": 1}}, [call()]),
        ({"functionCall": {"id": "1", "name": "f", "args": {"a": 1}}}, [call()]),
        ({"function_call": {"name": "f", "args": {"a": 1}}}, [call("")]),
        ({"toolUse": {"toolUseId": "1", "name": "f", "input": {"a": 1}}}, [call()]),
        (
            {"type": "tool_call_response", "id": "1", "result": "sunny"},  # pydantic-ai
            [{"type": "tool_call_response", "id": "1", "response": "sunny"}],
        ),
        (
            {
                "type": "tool_result",
                "tool_use_id": "1",
                "content": [{"type": "text", "text": "sunny"}],
                "is_error": True,
            },
            [{"type": "tool_call_response", "id": "1", "response": "sunny", "is_error": True}],
        ),
        (
            {"toolResult": {"toolUseId": "1", "content": [{"json": {"t": 3}}]}},
            [{"type": "tool_call_response", "id": "1", "response": [{"json": {"t": 3}}]}],
        ),
        (
            {"type": "function_call_output", "call_id": "1", "output": "sunny"},
            [{"type": "tool_call_response", "id": "1", "response": "sunny"}],
        ),
        # Thoughts keep the signature that their provider wants back.
        (
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            [{"type": "reasoning", "content": "hm", "signature": "s"}],
        ),
        (
            {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
            [{"type": "reasoning", "content": "hm"}],
        ),
        (
            {"type": "redacted_thinking", "data": "x"},
            [{"type": "reasoning", "content": "", "signature": "x"}],
        ),
        ({"type": "reasoning", "summary": []}, []),
        # Pictures, sounds, files.
        (
            {"type": "image_url", "image_url": {"url": "https://a.b/c"}},
            [{"type": "uri", "modality": "image", "uri": "https://a.b/c"}],
        ),
        (
            {"type": "input_image", "image_url": "data:image/png;base64,QUJD"},
            [blob("image", "image/png")],
        ),
        (
            {
                "type": "image",
                "source": {"type": "base64", "media_type": "image/png", "data": "QUJD"},
            },
            [blob("image", "image/png")],
        ),
        ({"image": {"format": "png", "source": {"bytes": "QUJD"}}}, [blob("image", "image/png")]),
        ({"inlineData": {"mimeType": "audio/wav", "data": "QUJD"}}, [blob("audio", "audio/wav")]),
        (
            {"type": "input_audio", "input_audio": {"data": "QUJD", "format": "wav"}},
            [blob("audio", "audio/wav")],
        ),
        (
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "hi"},
            },
            [text("hi")],
        ),
        (
            {"type": "file", "file": {"file_id": "f1"}},
            [{"type": "file", "modality": "file", "file_id": "f1"}],
        ),
        ({"type": "of tomorrow", "x": 1}, [{"type": "of tomorrow", "x": 1}]),
    ],
)
def test_a_part_of_any_provider_is_canonical(
    piece: dict[str, object], parts: list[dict[str, object]]
) -> None:
    found = read_parts([piece])

    assert found == parts
    assert read_parts(found) == parts


def test_a_canonical_message_comes_back_as_it_is() -> None:
    message = {"role": "user", "parts": [text("hi"), call()], "name": "ann"}

    assert read_message(message) is message


def test_a_message_keeps_what_stands_beside_its_content() -> None:
    found = read_message(
        {
            "role": "assistant",
            "reasoning_content": "hm",
            "content": "hi",
            "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": '{"a":1}'}}],
        }
    )

    assert found == {
        "role": "assistant",
        "parts": [{"type": "reasoning", "content": "hm"}, text("hi"), call()],
    }


def test_items_of_one_turn_are_one_message() -> None:
    found = read_messages(
        [
            {"role": "user", "content": "hi"},
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
            {"type": "function_call", "call_id": "1", "name": "f", "arguments": '{"a": 1}'},
            {"type": "function_call_output", "call_id": "1", "output": "sunny"},
        ]
    )

    assert [one["role"] for one in found] == ["user", "assistant", "tool"]
    assert [part["type"] for part in found[1]["parts"]] == ["reasoning", "tool_call"]


@pytest.mark.parametrize(
    "body",
    [
        {
            "model": "m",
            "messages": [{"role": "system", "content": "be"}, {"role": "user", "content": "hi"}],
            "max_completion_tokens": 5,
        },
        {"model": "m", "instructions": "be", "input": "hi", "max_output_tokens": 5},
        {
            "model": "m",
            "system": [{"type": "text", "text": "be", "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
            "max_tokens": 5,
        },
        {
            "model": "m",
            "systemInstruction": {"parts": [{"text": "be"}]},
            "contents": [{"parts": [{"text": "hi"}]}],
            "generationConfig": {"maxOutputTokens": 5},
        },
        {
            "modelId": "m",
            "system": [{"text": "be"}],
            "messages": [{"role": "user", "content": [{"text": "hi"}]}],
            "inferenceConfig": {"maxTokens": 5},
        },
        {"model": "m", "system": "be", "prompt": "hi", "options": {"num_predict": 5}},
        {"model": "m", "preamble": "be", "message": "hi", "max_tokens": 5},
    ],
)
def test_a_request_of_any_provider_says_the_same(body: dict[str, object]) -> None:
    request = read_request(body)

    assert request is not None
    assert request.model == "m"
    assert request.messages == [
        {"role": "system", "parts": [text("be")]},
        {"role": "user", "parts": [text("hi")]},
    ]
    assert request.parameters == {"max_tokens": 5}


def test_tools_are_listed_one_by_one() -> None:
    gemini = read_request({"contents": "hi", "tools": [{"functionDeclarations": [{"name": "f"}]}]})
    bedrock = read_request({"messages": [], "toolConfig": {"tools": [{"toolSpec": {"name": "f"}}]}})

    assert gemini is not None
    assert bedrock is not None
    assert gemini.tools == [{"name": "f"}]
    assert bedrock.tools == [{"toolSpec": {"name": "f"}}]
