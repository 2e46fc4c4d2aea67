"""Streams of OpenAI's and Anthropic's forms become what the provider would have said at once."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearspan.wire import Answer, Failed, Usage
from wire_bodies import Body, answered, endpoint, events, streamed

CHAT = "https://api.openai.com/v1/chat/completions"
RESPONSES = "https://api.openai.com/v1/responses"
MESSAGES = "https://api.anthropic.com/v1/messages"
OLLAMA = "http://localhost:11434/api/generate"
GEMINI = "https://generativelanguage.googleapis.com/v1beta/models/g:streamGenerateContent?alt=sse"


def chunk(
    delta: object, index: int = 0, reason: str | None = None, **rest: object
) -> dict[str, Any]:
    choice = {"index": index, "delta": delta, "finish_reason": reason}
    return {
        "id": "c1",
        "object": "chat.completion.chunk",
        "model": "m",
        "choices": [choice],
        **rest,
    }


def test_several_choices_are_told_apart_by_their_index() -> None:
    content = events(
        chunk({"role": "assistant", "content": "one"}),
        chunk({"role": "assistant", "content": "two"}, 1),
        chunk({"content": " and"}, 1),
        chunk({"content": "."}, 0, "stop"),
        chunk({}, 1, "length"),
        "[DONE]",
    )

    _, reply = streamed(CHAT, content)

    assert [(one["parts"][0]["content"], one["finish_reason"]) for one in reply.messages] == [
        ("one.", "stop"),
        ("two and", "length"),
    ]


def test_calls_of_tools_are_told_apart_by_their_index_or_their_id() -> None:
    def call(index: int, name: str | None, arguments: str, call_id: str | None = None) -> object:
        function = (
            {"arguments": arguments} if name is None else {"name": name, "arguments": arguments}
        )
        return {
            "tool_calls": [
                {"index": index, "id": call_id, "type": "function", "function": function}
            ]
        }

    content = events(
        chunk(call(0, "weather", '{"city":', "a")),
        chunk(call(0, None, ' "Rome"}')),
        chunk(call(1, "time", "{}", "b")),
        chunk(call(1, "date", "{}", "c")),
        chunk({}, 0, "tool_calls"),
    )

    _, reply = streamed(CHAT, content)

    assert [
        (part["id"], part["name"], part["arguments"]) for part in reply.messages[0]["parts"]
    ] == [
        ("a", "weather", {"city": "Rome"}),
        ("b", "time", {}),
        ("c", "date", {}),
    ]


@pytest.mark.parametrize(
    ("deltas", "parts"),
    [
        (
            [{"reasoning_content": "Let me"}, {"reasoning_content": " see."}, {"content": "Yes."}],
            [("reasoning", "Let me see."), ("text", "Yes.")],
        ),
        (
            [
                {
                    "reasoning": "Hm",
                    "reasoning_details": [{"type": "reasoning.text", "text": "Hm", "index": 0}],
                },
                {"content": "Yes."},
            ],
            [("reasoning", "Hm"), ("text", "Yes.")],
        ),
        ([{"refusal": "I "}, {"refusal": "cannot."}], [("text", "I cannot.")]),
        (
            [
                {"audio": {"id": "a", "transcript": "Good "}},
                {"audio": {"transcript": "day"}},
                {"audio": {"data": "AAAA"}},
            ],
            [("text", "Good day"), ("blob", "AAAA")],
        ),
        (
            [
                {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "So"}]}]},
                {
                    "content": [
                        {"type": "thinking", "thinking": [{"type": "text", "text": " be it"}]}
                    ]
                },
                {"content": [{"type": "text", "text": "Yes"}]},
                {"content": "."},
            ],
            [("reasoning", "So be it"), ("text", "Yes.")],
        ),
        (
            [
                {"content": "First, "},
                {"content": [{"type": "reference", "reference_ids": [1]}]},
                {"content": "second."},
            ],
            [("text", "First, "), ("reference", None), ("text", "second.")],
        ),
    ],
)
def test_every_kind_of_delta_grows(deltas: list[object], parts: list[tuple[str, str]]) -> None:
    _, reply = streamed(CHAT, events(*(chunk(one) for one in deltas), "[DONE]"))

    assert [(one["type"], one.get("content")) for one in reply.messages[0]["parts"]] == parts


def test_a_completion_of_a_text_grows() -> None:
    pieces = [{"choices": [{"index": 0, "text": said}], "model": "m"} for said in ("a", "b")]

    _, reply = streamed("https://api.openai.com/v1/completions", events(*pieces, "[DONE]"))

    assert reply.messages[0]["parts"] == [{"type": "text", "content": "ab"}]


TEXTS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
    | st.sampled_from(['"', "\\", "a\nb", "0", "null", "stop", "m", "assistant", "c1"]),
    max_size=12,
)


def said_in(form: str, said: str, at: int) -> dict[str, Any]:
    """One piece of a stream of some form, which says a text."""
    forms: dict[str, dict[str, Any]] = {
        CHAT: chunk({"content": said}),
        f"{CHAT}?padded": chunk({"content": said}, obfuscation="x" * at),
        RESPONSES: delta("output_text", 0, said, content_index=0) | {"sequence_number": at},
        MESSAGES: grown(0, "text_delta", text=said),
        OLLAMA: {"model": "m", "created_at": f"{at}", "response": said, "done": False},
        GEMINI: {"candidates": [{"content": {"parts": [{"text": said}]}, "index": 0}]},
    }
    return forms[form]


@settings(max_examples=150, deadline=None)
@given(
    form=st.sampled_from([CHAT, f"{CHAT}?padded", RESPONSES, MESSAGES, OLLAMA, GEMINI]),
    texts=TEXTS,
    is_ascii=st.booleans(),
    slice_bytes=st.integers(1, 400),
)
def test_no_text_is_lost_or_changed(
    *, form: str, texts: list[str], is_ascii: bool, slice_bytes: int
) -> None:
    chunks = [
        json.dumps(said_in(form, said, at), ensure_ascii=is_ascii) for at, said in enumerate(texts)
    ]
    is_lines = form == OLLAMA
    content = "".join(f"{one}\n" if is_lines else f"data: {one}\n\n" for one in chunks).encode()
    slices = [content[at : at + slice_bytes] for at in range(0, len(content), slice_bytes)]
    kind = "application/x-ndjson" if is_lines else "text/event-stream"
    body = Body("", endpoint(form), 200, {"content-type": kind}, content, {})

    _, reply, told = answered(body, slices)

    said = "".join(part["content"] for one in reply.messages for part in one["parts"])
    assert said == "".join(texts)
    assert any(told) is any(texts)


@pytest.mark.parametrize(
    ("content", "failed"),
    [
        (
            events({"error": {"message": "Overloaded", "type": "server_error", "code": None}}),
            Failed("server_error", "Overloaded"),
        ),
        (
            events(chunk({}, x_groq={"id": "r", "error": "out of capacity"})),
            Failed("_OTHER", "out of capacity"),
        ),
        (
            events({"id": "1", "error": {"code": 502, "message": "Upstream"}, "choices": []}),
            Failed("_OTHER", "Upstream", "502"),
        ),
        (
            events({"object": "error", "message": "no", "type": "BadRequestError", "code": 400}),
            Failed("BadRequestError", "no", "400"),
        ),
        (events({"error": "llama runner stopped"}), Failed("_OTHER", "llama runner stopped")),
    ],
)
def test_an_error_in_the_middle_of_a_stream_is_told(content: bytes, failed: Failed) -> None:
    answer, reply = streamed(CHAT, events(chunk({"content": "Half"})) + content)

    assert answer.error == failed
    assert answer.is_complete is False
    assert reply.messages[0]["parts"] == [{"type": "text", "content": "Half"}]


def response(**fields: object) -> dict[str, Any]:
    return {
        "id": "r1",
        "object": "response",
        "model": "m",
        "status": "in_progress",
        "output": [],
        "usage": None,
        **fields,
    }


def delta(kind: str, index: int, said: str, **place: int) -> dict[str, Any]:
    return {
        "type": f"response.{kind}.delta",
        "sequence_number": 1,
        "output_index": index,
        "delta": said,
        **place,
    }


CUT = [
    {"type": "response.created", "response": response()},
    {
        "type": "response.output_item.added",
        "output_index": 0,
        "item": {"type": "reasoning", "id": "rs", "summary": []},
    },
    delta("reasoning_summary_text", 0, "Let me", summary_index=0),
    delta("reasoning_summary_text", 0, " see", summary_index=0),
    {
        "type": "response.output_item.done",
        "output_index": 0,
        "item": {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Let me see."}]},
    },
    {
        "type": "response.output_item.added",
        "output_index": 1,
        "item": {"type": "function_call", "call_id": "c", "name": "weather", "arguments": ""},
    },
    delta("function_call_arguments", 1, '{"city": '),
    delta("function_call_arguments", 1, '"Rome"}'),
    {
        "type": "response.output_item.added",
        "output_index": 2,
        "item": {"type": "message", "role": "assistant", "content": []},
    },
    delta("output_text", 2, "It ", content_index=0),
    delta("output_text", 2, "is", content_index=0),
    delta("output_text", 2, " warm", content_index=0),
    delta("output_text", 2, "More", content_index=1),
]


def test_a_response_that_was_cut_is_put_together_from_its_pieces() -> None:
    answer, reply = streamed(RESPONSES, events(*CUT, is_named=True))

    assert answer.is_complete is False
    assert (reply.response_id, reply.finish_reason) == ("r1", "")
    assert reply.messages[0]["parts"] == [
        {"type": "reasoning", "content": "Let me see."},
        {"type": "tool_call", "id": "c", "name": "weather", "arguments": {"city": "Rome"}},
        {"type": "text", "content": "It is warm"},
        {"type": "text", "content": "More"},
    ]


@pytest.mark.parametrize(
    ("last", "failed", "is_complete"),
    [
        (
            {
                "type": "response.failed",
                "response": response(
                    status="failed", error={"code": "server_error", "message": "Oh"}
                ),
            },
            Failed("server_error", "Oh", "server_error"),
            True,
        ),
        (
            {"type": "error", "code": "rate_limit_exceeded", "message": "Slow down", "param": None},
            Failed("rate_limit_exceeded", "Slow down", "rate_limit_exceeded"),
            False,
        ),
        (
            {
                "type": "response.incomplete",
                "response": response(
                    status="incomplete", incomplete_details={"reason": "max_output_tokens"}
                ),
            },
            None,
            True,
        ),
    ],
)
def test_a_response_that_did_not_end_well_says_why(
    last: object,
    failed: Failed | None,
    is_complete: bool,  # noqa: FBT001
) -> None:
    answer, _ = streamed(RESPONSES, events(*CUT, last, is_named=True))

    assert answer.error == failed
    assert answer.is_complete is is_complete


def block(index: int, **started: object) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": started}


def grown(index: int, kind: str, **piece: object) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **piece}}


USAGE = {"input_tokens": 20, "cache_read_input_tokens": 80, "output_tokens": 1}
MESSAGE = [
    {
        "type": "message_start",
        "message": {
            "id": "m1",
            "type": "message",
            "role": "assistant",
            "model": "claude",
            "content": [],
            "usage": USAGE,
        },
    },
    {"type": "ping"},
    block(0, type="thinking", thinking="", signature=""),
    grown(0, "thinking_delta", thinking="Let me"),
    grown(0, "thinking_delta", thinking=" see."),
    grown(0, "signature_delta", signature="sig"),
    block(1, type="server_tool_use", id="s1", name="web_search", input={}),
    grown(1, "input_json_delta", partial_json='{"query": '),
    grown(1, "input_json_delta", partial_json='"weather"}'),
    block(
        2,
        type="web_search_tool_result",
        tool_use_id="s1",
        content=[{"type": "web_search_result", "url": "https://a"}],
    ),
    block(3, type="text", text=""),
    grown(3, "text_delta", text="It is"),
    grown(
        3, "citations_delta", citation={"type": "web_search_result_location", "url": "https://a"}
    ),
    grown(
        3, "citations_delta", citation={"type": "web_search_result_location", "url": "https://b"}
    ),
    grown(3, "text_delta", text=" warm."),
    block(4, type="tool_use", id="t1", name="book", input={}),
    grown(4, "input_json_delta", partial_json=""),
    grown(4, "input_json_delta", partial_json='{"seats": 2}'),
]
ENDED = [
    {
        "type": "message_delta",
        "delta": {"stop_reason": "tool_use"},
        "usage": {"output_tokens": 7, "input_tokens": None},
    },
    {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 42}},
    {"type": "message_stop"},
]


def test_a_message_of_anthropics_is_put_together_from_its_blocks() -> None:
    answer, reply = streamed(MESSAGES, events(*MESSAGE, *ENDED, is_named=True))

    thought, search, found, said, call = reply.messages[0]["parts"]
    assert answer.is_complete
    assert (reply.response_id, reply.finish_reason) == ("m1", "tool_use")
    assert thought == {"type": "reasoning", "content": "Let me see.", "signature": "sig"}
    assert (search["name"], search["arguments"]) == ("web_search", {"query": "weather"})
    assert found["response"] == [{"type": "web_search_result", "url": "https://a"}]
    assert said["content"] == "It is warm."
    assert [one["url"] for one in said["citations"]] == ["https://a", "https://b"]
    assert call == {"type": "tool_call", "id": "t1", "name": "book", "arguments": {"seats": 2}}


def test_counts_of_anthropics_replace_each_other() -> None:
    _, reply = streamed(MESSAGES, events(*MESSAGE, *ENDED, is_named=True))

    assert reply.usage == Usage(100, 42, cache_read=80)


def test_a_message_that_was_cut_has_the_input_but_no_output() -> None:
    answer, reply = streamed(MESSAGES, events(*MESSAGE, is_named=True))

    assert answer.is_complete is False
    assert reply.usage == Usage(100, None, cache_read=80)


def test_an_error_event_of_anthropics_is_told() -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}

    answer, reply = streamed(MESSAGES, events(*MESSAGE, error, is_named=True))

    assert answer.error == Failed("overloaded_error", "Overloaded")
    assert reply.model == "claude"


def test_lines_without_end_are_read_once() -> None:
    answer = Answer(endpoint(MESSAGES), 200, {"content-type": "text/event-stream"})
    for _ in range(100_000):
        answer.feed(b": wait\n")

    answer.feed(b"\n" + events(*MESSAGE, *ENDED))

    assert answer.close().response_id == "m1"


def test_what_is_nested_too_deep_is_left_out() -> None:
    nested = "[" * 700 + "]" * 700
    delta = f'{{"choices": [{{"index": 0, "delta": {{"content": "x", "more": {nested}}}}}]}}'

    answer, reply = streamed("https://api.openai.com/v1/chat/completions", events(delta, "[DONE]"))

    assert answer.is_complete
    assert reply.messages == []
