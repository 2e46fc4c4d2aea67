"""Streams of Gemini, Bedrock, Cohere and Ollama, and of sound and pictures."""

import base64
import json
from typing import Any

import pytest

from clearspan.wire import Failed, Usage
from wire_bodies import event, events, frame, streamed

GEMINI = "https://generativelanguage.googleapis.com/v1beta/models/g:streamGenerateContent"
BEDROCK = "https://bedrock-runtime.us-east-1.amazonaws.com/model/m"
FRAMES = "application/vnd.amazon.eventstream"
OPENAI = "https://api.openai.com/v1"
OLLAMA = "http://localhost:11434/api"


def candidate(*parts: object, **fields: object) -> dict[str, Any]:
    one = {"content": {"role": "model", "parts": list(parts)}, "index": 0, **fields}
    return {"candidates": [one], "modelVersion": "g", "responseId": "r"}


def counted(prompt: int, answered: int) -> dict[str, Any]:
    return {
        "usageMetadata": {
            "promptTokenCount": prompt,
            "candidatesTokenCount": answered,
            "totalTokenCount": prompt + answered,
        }
    }


PARTS = [
    {**candidate({"text": "Hm", "thought": True}), **counted(5, 1)},
    {**candidate({"text": ", so", "thought": True}), **counted(5, 2)},
    candidate({"text": "It is"}),
    candidate({"text": " warm."}, {"functionCall": {"name": "book", "args": {"seats": 2}}}),
    candidate({"text": "", "thoughtSignature": "sig"}),
    {**candidate({"text": "Done."}, finishReason="STOP"), **counted(5, 9)},
]


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_parts_of_gemini_go_on_in_each_other(line_end: str) -> None:
    content = "".join(f"data: {json.dumps(one)}{line_end * 2}" for one in PARTS).encode()

    answer, reply = streamed(f"{GEMINI}?alt=sse", content)

    assert answer.is_complete
    assert reply.usage == Usage(5, 9, 14)
    assert [(one["type"], one.get("content")) for one in reply.messages[0]["parts"]] == [
        ("reasoning", "Hm, so"),
        ("text", "It is warm."),
        ("tool_call", None),
        ("text", ""),  # with a signature
        ("text", "Done."),
    ]


def test_gemini_streams_an_array_when_not_asked_for_events() -> None:
    content = json.dumps(PARTS, indent=1, ensure_ascii=False).replace("\n", "\r\n").encode()

    _, of_array = streamed(GEMINI, content, "application/json; charset=UTF-8")
    _, of_events = streamed(f"{GEMINI}?alt=sse", events(*PARTS))

    assert of_array == of_events


def test_an_array_that_was_cut_has_what_was_whole() -> None:
    content = json.dumps(PARTS[:4], indent=1).encode()

    answer, reply = streamed(GEMINI, content[:-20], "application/json")

    assert answer.is_complete is False
    assert reply.usage == Usage(5, 2, 7)
    assert reply.messages[0]["parts"][-1]["content"] == "It is"


def test_a_prompt_that_gemini_blocks_has_a_reason_and_no_message() -> None:
    blocked = {
        "promptFeedback": {"blockReason": "SAFETY"},
        "usageMetadata": {"promptTokenCount": 8, "totalTokenCount": 8},
    }

    answer, reply = streamed(f"{GEMINI}?alt=sse", events(blocked))

    assert answer.is_complete
    assert (reply.finish_reason, reply.messages) == ("SAFETY", [])
    assert reply.usage == Usage(8, 0, 8)


def test_an_error_in_geminis_array_is_told() -> None:
    error = {"error": {"code": 503, "message": "Busy", "status": "UNAVAILABLE"}}

    answer, _ = streamed(GEMINI, json.dumps([PARTS[0], error]).encode(), "application/json")

    assert answer.error == Failed("UNAVAILABLE", "Busy", "503")


CONVERSE = [
    event("messageStart", {"role": "assistant"}),
    event(
        "contentBlockDelta",
        {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "Let "}}},
    ),
    event(
        "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "me"}}}
    ),
    event(
        "contentBlockDelta",
        {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "s"}}},
    ),
    event("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": "It is"}, "p": "abc"}),
    event("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": " warm"}, "p": "abcdef"}),
    event(
        "contentBlockStart",
        {"contentBlockIndex": 2, "start": {"toolUse": {"toolUseId": "t", "name": "book"}}},
    ),
    event(
        "contentBlockDelta", {"contentBlockIndex": 2, "delta": {"toolUse": {"input": '{"seats":'}}}
    ),
    event("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"toolUse": {"input": " 2}"}}}),
    event("contentBlockStop", {"contentBlockIndex": 2}),
]
CONVERSED = [
    event("messageStop", {"stopReason": "tool_use"}),
    event("metadata", {"usage": {"inputTokens": 3, "outputTokens": 4, "totalTokens": 7}}),
]


def test_a_conversation_with_bedrock_is_put_together_from_its_frames() -> None:
    answer, reply = streamed(f"{BEDROCK}/converse-stream", b"".join(CONVERSE + CONVERSED), FRAMES)

    assert answer.is_complete
    assert reply.finish_reason == "tool_use"
    assert reply.usage == Usage(3, 4, 7)
    assert reply.messages[0]["parts"] == [
        {"type": "reasoning", "content": "Let me", "signature": "s"},
        {"type": "text", "content": "It is warm"},
        {"type": "tool_call", "id": "t", "name": "book", "arguments": {"seats": 2}},
    ]


def test_an_exception_in_an_event_stream_is_told() -> None:
    failed = frame(
        {"message": "Slow down"}, exception_type="throttlingException", message_type="exception"
    )

    answer, reply = streamed(f"{BEDROCK}/converse-stream", b"".join([*CONVERSE, failed]), FRAMES)

    assert answer.error == Failed("throttlingException", "Slow down")
    assert answer.is_complete is False
    assert reply.messages[0]["parts"][0]["content"] == "Let me"


def invoked(*chunks: object) -> bytes:
    wrapped = (base64.b64encode(json.dumps(one).encode()).decode() for one in chunks)
    return b"".join(event("chunk", {"bytes": one, "p": "abcd"}) for one in wrapped)


def test_frames_of_invoke_have_the_makers_own_form() -> None:
    content = invoked(
        {
            "type": "message_start",
            "message": {
                "id": "m",
                "model": "claude",
                "usage": {"input_tokens": 9, "output_tokens": 1},
            },
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn"},
            "usage": {"output_tokens": 4},
        },
        {
            "type": "message_stop",
            "amazon-bedrock-invocationMetrics": {"inputTokenCount": 9, "outputTokenCount": 4},
        },
    )

    answer, reply = streamed(f"{BEDROCK}/invoke-with-response-stream", content, FRAMES)

    assert answer.is_complete
    assert reply.messages[0]["parts"] == [{"type": "text", "content": "Hi"}]
    assert reply.usage == Usage(9, 4)


def test_amazons_counts_stand_in_for_those_a_maker_does_not_tell() -> None:
    content = invoked(
        {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]},
        {
            "choices": [],
            "amazon-bedrock-invocationMetrics": {"inputTokenCount": 9, "outputTokenCount": 4},
        },
    )

    _, reply = streamed(f"{BEDROCK}/invoke-with-response-stream", content, FRAMES)

    assert reply.usage == Usage(9, 4)


def test_chunks_of_llama_grow() -> None:
    content = invoked(
        {
            "generation": "It",
            "prompt_token_count": 7,
            "generation_token_count": 1,
            "stop_reason": None,
        },
        {
            "generation": " is",
            "prompt_token_count": None,
            "generation_token_count": 3,
            "stop_reason": "stop",
        },
    )

    answer, reply = streamed(f"{BEDROCK}/invoke-with-response-stream", content, FRAMES)

    assert answer.is_complete
    assert reply.messages[0]["parts"] == [{"type": "text", "content": "It is"}]
    assert (reply.usage, reply.finish_reason) == (Usage(7, 3), "stop")


COHERE = [
    {
        "type": "message-start",
        "id": "c1",
        "delta": {
            "message": {
                "role": "assistant",
                "content": [],
                "tool_plan": "",
                "tool_calls": [],
                "citations": [],
            }
        },
    },
    {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "I will "}}},
    {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "look."}}},
    {
        "type": "tool-call-start",
        "index": 0,
        "delta": {
            "message": {
                "tool_calls": {
                    "id": "t",
                    "type": "function",
                    "function": {"name": "find", "arguments": ""},
                }
            }
        },
    },
    {
        "type": "tool-call-delta",
        "index": 0,
        "delta": {"message": {"tool_calls": {"function": {"arguments": '{"q":'}}}},
    },
    {
        "type": "tool-call-delta",
        "index": 0,
        "delta": {"message": {"tool_calls": {"function": {"arguments": ' "x"}'}}}},
    },
    {"type": "tool-call-end", "index": 0},
    {
        "type": "content-start",
        "index": 0,
        "delta": {"message": {"content": {"type": "text", "text": ""}}},
    },
    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Found"}}}},
    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": " it"}}}},
    {"type": "content-end", "index": 0},
    {
        "type": "message-end",
        "delta": {
            "finish_reason": "COMPLETE",
            "usage": {
                "billed_units": {"input_tokens": 3, "output_tokens": 4},
                "tokens": {"input_tokens": 90, "output_tokens": 9},
            },
        },
    },
]


def test_events_of_cohere_grow() -> None:
    content = events(*COHERE, is_named=True)

    answer, reply = streamed("https://api.cohere.com/v2/chat", content)

    assert answer.is_complete
    assert (reply.response_id, reply.finish_reason) == ("c1", "COMPLETE")
    assert reply.usage == Usage(3, 4)
    assert reply.messages[0]["parts"] == [
        {"type": "reasoning", "content": "I will look."},
        {"type": "text", "content": "Found it"},
        {"type": "tool_call", "id": "t", "name": "find", "arguments": {"q": "x"}},
    ]


def lines(*items: object) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in items)


def test_the_last_line_of_coheres_first_interface_has_the_whole_answer() -> None:
    whole = {
        "generation_id": "g",
        "text": "Hi you",
        "finish_reason": "COMPLETE",
        "meta": {"billed_units": {"input_tokens": 3, "output_tokens": 4}},
    }
    content = lines(
        {"event_type": "stream-start", "generation_id": "g"},
        {"event_type": "text-generation", "text": "Hi"},
        {"event_type": "text-generation", "text": " you"},
        {"event_type": "stream-end", "finish_reason": "COMPLETE", "response": whole},
    )

    answer, reply = streamed("https://api.cohere.com/v1/chat", content, "application/stream+json")

    assert answer.is_complete
    assert reply.messages[0]["parts"] == [{"type": "text", "content": "Hi you"}]
    assert reply.usage == Usage(3, 4)


OLLAMAS = [
    {
        "model": "l",
        "created_at": "1",
        "message": {"role": "assistant", "thinking": "Hm"},
        "done": False,
    },
    {
        "model": "l",
        "created_at": "2",
        "message": {"role": "assistant", "content": "It"},
        "done": False,
    },
    {
        "model": "l",
        "created_at": "3",
        "message": {"role": "assistant", "content": " is"},
        "done": False,
    },
    {
        "model": "l",
        "created_at": "4",
        "message": {
            "role": "assistant",
            "content": ".",
            "tool_calls": [{"function": {"name": "book", "arguments": {"seats": 2}}}],
        },
        "done": False,
    },
    {
        "model": "l",
        "created_at": "5",
        "message": {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"function": {"name": "pay", "arguments": {}}}],
        },
        "done": False,
    },
    {
        "model": "l",
        "created_at": "6",
        "message": {"role": "assistant", "content": ""},
        "done": True,
        "done_reason": "stop",
        "eval_count": 4,
        "prompt_eval_count": 3,
    },
]


def test_lines_of_ollama_grow() -> None:
    content = lines(*OLLAMAS)

    answer, reply = streamed(f"{OLLAMA}/chat", content, "application/x-ndjson")

    assert answer.is_complete
    assert (reply.model, reply.finish_reason, reply.usage) == ("l", "stop", Usage(3, 4))
    assert [one.get("content") or one["name"] for one in reply.messages[0]["parts"]] == [
        "Hm",
        "It is.",
        "book",
        "pay",
    ]


def test_a_text_that_ollama_generates_grows_and_an_error_ends_it() -> None:
    content = lines(
        {"model": "l", "created_at": "1", "response": "", "thinking": "Hm", "done": False},
        {"model": "l", "created_at": "2", "response": "It", "done": False},
        {"error": "out of memory"},
    )

    answer, reply = streamed(f"{OLLAMA}/generate", content, "application/x-ndjson")

    assert answer.is_complete is False
    assert answer.error == Failed("_OTHER", "out of memory")
    assert [one["content"] for one in reply.messages[0]["parts"]] == ["Hm", "It"]


def test_a_transcript_grows_until_it_is_done() -> None:
    pieces = [{"type": "transcript.text.delta", "delta": one} for one in ("Good", " day")]
    usage = {
        "type": "tokens",
        "input_tokens": 14,
        "input_token_details": {"audio_tokens": 14},
        "output_tokens": 2,
        "total_tokens": 16,
    }
    done = {"type": "transcript.text.done", "text": "Good day", "usage": usage}
    url = f"{OPENAI}/audio/transcriptions"

    answer, reply = streamed(url, events(*pieces, done))
    cut, of_cut = streamed(url, events(*pieces))

    assert (answer.is_complete, cut.is_complete) == (True, False)
    assert reply.messages == of_cut.messages
    assert reply.messages[0]["parts"] == [{"type": "text", "content": "Good day"}]
    assert reply.usage == Usage(14, 2, 16, audio_input=14)


def test_speech_in_events_is_told_by_its_size() -> None:
    sound = base64.b64encode(bytes(1_000)).decode()
    content = events(
        {"type": "speech.audio.delta", "audio": sound},
        {"type": "speech.audio.delta", "audio": sound},
        {
            "type": "speech.audio.done",
            "usage": {"input_tokens": 4, "output_tokens": 9, "total_tokens": 13},
        },
    )

    _, reply = streamed(f"{OPENAI}/audio/speech", content)

    assert reply.messages[0]["parts"][0]["size_bytes"] == 2_000
    assert reply.usage == Usage(4, 9, 13)


def test_the_last_event_has_the_picture() -> None:
    held = base64.b64encode(b"picture").decode()
    content = events(
        {"type": "image_generation.partial_image", "b64_json": "AAAA", "partial_image_index": 0},
        {
            "type": "image_generation.completed",
            "b64_json": held,
            "output_format": "webp",
            "usage": {"input_tokens": 4, "output_tokens": 9},
        },
    )

    _, reply = streamed(f"{OPENAI}/images/generations", content)

    assert reply.messages[0]["parts"] == [
        {"type": "blob", "modality": "image", "mime_type": "image/webp", "content": held}
    ]
    assert reply.usage == Usage(4, 9)
