"""Frozen traces: files that are safe whatever was recorded, and answers as they were."""

import ast
import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anthropic
import httpx
import openai
import pytest
import requests

import clearspan
from clearspan.cassette import _same
from clearspan.testing import capture_spans, freeze, replay
from receiver import Receiver

TRACE = "0af7651916cd43dd8448eb211c80319c"
CHAT: list[Any] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Weather in Paris?"},
]
TEXT = {"type": "text", "content": "Let me see.", "id": "", "name": "", "data": None}
CALL = {"type": "tool_call", "content": "", "id": "c1", "name": "weather", "data": {"city": "é"}}
HOSTILE = '"); import os; os.system("true") #\n../../x'


def part(text: str) -> dict[str, object]:
    return {"type": "text", "content": text, "id": "", "name": "", "data": None}


def recorded(number: int = 0, **changes: object) -> dict[str, object]:
    """A span as the server's API shows it."""
    return {
        "span_id": f"{number:016x}",
        "name": "chat gpt-4o",
        "kind": "llm",
        "status": "ok",
        "provider": "openai",
        "operation": "chat",
        "request_model": "gpt-4o",
        "response_model": "gpt-4o-2024-08-06",
        "response_id": "r-1",
        "finish_reason": "tool_calls",
        "input_messages": [
            {"role": one["role"], "parts": [part(one["content"])], "finish_reason": ""}
            for one in CHAT
        ],
        "output_messages": [
            {"role": "assistant", "parts": [TEXT, CALL], "finish_reason": "tool_calls"}
        ],
        "usage": {"input": 20, "output": 9, "cache_read": 16, "reasoning": 4, "total": 29},
        "attributes": {},
        **changes,
    }


@pytest.fixture
def cassette(receiver: Receiver, tmp_path: Path) -> Callable[..., Path]:
    """Freezes spans into a cassette."""

    def make(*spans: dict[str, object], name: str = "answer") -> Path:
        path = f"/api/v1/traces/{TRACE}"
        root = {"span_id": "f" * 16, "name": name, "kind": "chain"}
        receiver.pages[path] = {"trace": {}, "spans": [root, *spans]}
        for span in spans:
            receiver.pages[f"{path}/spans/{span['span_id']}"] = span
        test = freeze(TRACE, tmp_path / "frozen", endpoint=receiver.url, key="secret-key")
        (file,) = test.parent.glob("*.json")
        return file

    return make


def openai_client() -> openai.OpenAI:
    return openai.OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1")


def anthropic_client() -> anthropic.Anthropic:
    return anthropic.Anthropic(api_key="k", base_url="http://127.0.0.1:9")


def test_what_was_recorded_never_becomes_code(
    cassette: Callable[..., Path], receiver: Receiver
) -> None:
    file = cassette(recorded(name=HOSTILE, request_model=HOSTILE), name=HOSTILE)

    (source,) = file.parent.glob("*.py")
    code = source.read_text("utf-8")
    ast.parse(code)
    assert source.name == f"test_import_os_os_system_true_x_{TRACE[:8]}.py"
    assert "os.system" not in code
    assert "Paris" not in code
    assert sorted(path.name for path in file.parent.parent.iterdir()) == ["frozen"]
    assert json.loads(file.read_text("utf-8"))["calls"][0]["model"] == HOSTILE
    assert receiver.requests[0].headers["authorization"] == "Bearer secret-key"
    assert "secret-key" not in code + file.read_text("utf-8")


@pytest.mark.parametrize("trace_id", ["", "0" * 31, "../../../etc/passwd", TRACE.upper()])
def test_only_a_trace_id_is_asked_for(trace_id: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no trace id"):
        freeze(trace_id, tmp_path)


def test_a_trace_that_is_not_there_is_told(receiver: Receiver, tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="answered with 404"):
        freeze(TRACE, tmp_path, endpoint=receiver.url)


@pytest.mark.parametrize("status", [401, 403])
def test_the_scope_that_a_key_needs_is_told(
    receiver: Receiver, tmp_path: Path, status: int
) -> None:
    receiver.refused[f"/api/v1/traces/{TRACE}"] = status

    with pytest.raises(LookupError, match=f"with {status}: a key with the scope `read` is needed"):
        freeze(TRACE, tmp_path, endpoint=receiver.url)


def test_a_chat_completion_is_answered_as_it_was(cassette: Callable[..., Path]) -> None:
    file = cassette(recorded())

    with replay(file) as calls:
        assert calls.left == ["openai chat gpt-4o"]
        reply = openai_client().chat.completions.create(model="gpt-4o", messages=CHAT)

    (choice,) = reply.choices
    assert (reply.id, reply.model) == ("r-1", "gpt-4o-2024-08-06")
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content == "Let me see."
    (call,) = choice.message.tool_calls or []
    assert call.type == "function"
    assert (call.id, call.function.name) == ("c1", "weather")
    assert json.loads(call.function.arguments) == {"city": "é"}
    assert reply.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (20, 9)
    assert calls.left == []


def test_nothing_that_a_frozen_test_records_is_delivered(
    cassette: Callable[..., Path], recording: Receiver
) -> None:
    file = cassette(recorded())
    recording.requests.clear()
    clearspan.counter("replayed.before").add(1)

    with replay(file), capture_spans() as spans:
        clearspan.init(endpoint=recording.url, service="program")
        with clearspan.span("work"):
            openai_client().chat.completions.create(model="gpt-4o", messages=CHAT)
            clearspan.score("helpful", 1)
            clearspan.counter("replayed.calls").add(1)
        assert clearspan.flush()
    with clearspan.span("after"):
        pass
    assert clearspan.flush()

    assert [span.name for span in spans] == ["work"]
    assert [span["name"] for span in recording.spans()] == ["after"]
    assert recording.posts("/api/v1/scores") == []
    (metrics,) = recording.posts("/v1/metrics")
    assert b"replayed.before" in metrics.body
    assert b"replayed.calls" not in metrics.body


def test_replay_leaves_the_spans_to_a_block_that_captures_them(
    cassette: Callable[..., Path],
) -> None:
    file = cassette(recorded())

    with capture_spans() as spans, replay(file), clearspan.span("work"):
        openai_client().chat.completions.create(model="gpt-4o", messages=CHAT)

    assert [span.name for span in spans] == ["work"]


def test_a_streamed_chat_completion_comes_in_pieces(cassette: Callable[..., Path]) -> None:
    async def ask() -> list[Any]:
        client = openai.AsyncOpenAI(api_key="k", base_url="http://127.0.0.1:9/v1")
        stream = await client.chat.completions.create(
            model="gpt-4o",
            messages=CHAT,
            stream=True,
            stream_options={"include_usage": True},
        )
        return [chunk async for chunk in stream]

    with replay(cassette(recorded())):
        *chunks, last = asyncio.run(ask())

    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert "".join(delta.content or "" for delta in deltas) == "Let me see."
    assert [call.function.name for delta in deltas for call in delta.tool_calls or []] == [
        "weather"
    ]
    assert chunks[-1].choices[0].finish_reason == "tool_calls"
    assert last.usage.total_tokens == 29


def test_responses_are_answered_whole_and_streamed(cassette: Callable[..., Path]) -> None:
    file = cassette(recorded(finish_reason="completed"))
    question = {"model": "gpt-4o", "instructions": "Be brief.", "input": "Weather in Paris?"}

    with replay(file):
        whole: Any = openai_client().responses.create(**question)  # type: ignore[call-overload]  # a plain dict
        stream: Any = openai_client().responses.create(**question, stream=True)  # type: ignore[call-overload]  # the same
        events = list(stream)

    for reply in (whole, events[-1].response):
        assert reply.output_text == "Let me see."
        assert reply.output[1].name == "weather"
        assert json.loads(reply.output[1].arguments) == {"city": "é"}
        assert (reply.usage.input_tokens, reply.usage.total_tokens) == (20, 29)
    words = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(words) == "Let me see."
    assert [event.sequence_number for event in events] == list(range(len(events)))


def test_anthropics_messages_are_answered_whole_and_streamed(cassette: Callable[..., Path]) -> None:
    thought = {"type": "reasoning", "content": "Hm.", "id": "", "name": "", "data": None}
    said = {"role": "assistant", "parts": [thought, TEXT, CALL], "finish_reason": "tool_use"}
    file = cassette(recorded(provider="anthropic", request_model="m", output_messages=[said]))
    question: Any = {
        "model": "m",
        "max_tokens": 9,
        "system": "Be brief.",
        "messages": CHAT[1:],
    }

    with replay(file):
        whole: Any = anthropic_client().messages.create(**question)
        with anthropic_client().messages.stream(**question) as stream:
            words = list(stream.text_stream)
            final: Any = stream.get_final_message()

    for reply in (whole, final):
        assert [block.type for block in reply.content] == ["thinking", "text", "tool_use"]
        assert reply.content[1].text == "Let me see."
        assert reply.content[2].input == {"city": "é"}
        assert reply.stop_reason == "tool_use"
        assert (reply.usage.input_tokens, reply.usage.cache_read_input_tokens) == (4, 16)
    assert words == ["Let", " me", " see."]


def test_the_same_question_gets_its_answers_in_order(cassette: Callable[..., Path]) -> None:
    answers = [[{"role": "assistant", "parts": [part(text)]}] for text in ("one", "two")]
    file = cassette(*(recorded(n, output_messages=said) for n, said in enumerate(answers)))
    body = {"model": "gpt-4o", "messages": CHAT}

    with replay(file) as calls:
        replies = [
            requests.post("http://127.0.0.1:9/v1/chat/completions", json=body, timeout=20).json()
            for _ in range(3)
        ]

    texts = [reply["choices"][0]["message"]["content"] for reply in replies]
    assert texts == ["one", "two", "two"]
    assert calls.left == []


def test_what_was_redacted_matches_what_it_hides(cassette: Callable[..., Path]) -> None:
    asked = [{"role": "user", "parts": [part("Write to [redacted:email], ***!")]}]
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Write to a@b.c, Ann!"}]}

    with replay(cassette(recorded(input_messages=asked))):
        reply = httpx.post("http://127.0.0.1:9/v1/chat/completions", json=body)

    assert reply.status_code == 200


def test_a_recorded_error_is_raised_again(cassette: Callable[..., Path]) -> None:
    failed = recorded(
        status="error",
        attributes={"http.response.status_code": 429},
        error_type="rate_limit",
        error_message="slow down",
        output_messages=None,
    )
    file = cassette(failed)

    with replay(file), pytest.raises(openai.RateLimitError, match="slow down"):
        openai_client().chat.completions.create(model="gpt-4o", messages=CHAT)


def test_a_question_that_was_not_recorded_fails_the_block(cassette: Callable[..., Path]) -> None:
    other: list[Any] = [{"role": "user", "content": "Weather in Rome?"}]

    with (
        pytest.raises(AssertionError, match="1 parts instead of 2"),
        replay(cassette(recorded())),
        pytest.raises(openai.BadRequestError, match="was not recorded"),
    ):
        openai_client().chat.completions.create(model="gpt-4o", messages=other)


def test_a_form_that_cannot_be_rebuilt_is_named(cassette: Callable[..., Path]) -> None:
    with (
        pytest.raises(AssertionError, match=r"embeddings at .* cannot be rebuilt"),
        replay(cassette(recorded())),
    ):
        httpx.post("http://127.0.0.1:9/v1/embeddings", json={"model": "e", "input": "x"})


def test_other_requests_go_to_the_network(
    cassette: Callable[..., Path], receiver: Receiver
) -> None:
    receiver.pages["/page"] = {"fine": True}

    with replay(cassette(recorded())):
        assert httpx.get(f"{receiver.url}/page").json() == {"fine": True}
        assert requests.get(f"{receiver.url}/page", timeout=20).json() == {"fine": True}


def test_replayed_calls_are_recorded_like_real_ones(cassette: Callable[..., Path]) -> None:
    clearspan.instrument("httpx")
    try:
        with capture_spans() as spans, replay(cassette(recorded())):
            openai_client().chat.completions.create(model="gpt-4o", messages=CHAT)
    finally:
        clearspan.uninstrument()

    (span,) = spans
    assert (span.kind, span.model, span.response_id) == ("llm", "gpt-4o", "r-1")


def test_the_frozen_test_runs(cassette: Callable[..., Path], programs: Any) -> None:
    (source,) = cassette(recorded()).parent.glob("*.py")
    code = source.read_text("utf-8")
    skip = '    pytest.skip("write into program() what is to be called")'
    assert skip in code
    call = (
        "    import httpx\n"
        f"    body = {{'model': 'gpt-4o', 'messages': {CHAT!r}}}\n"
        "    httpx.post('http://127.0.0.1:9/v1/chat/completions', json=body)"
    )
    run = f"{code.replace(skip, call)}\n\n{source.stem}()\n"

    ended = programs.run(run.replace("__file__", repr(str(source))))

    assert (ended.code, ended.err) == (0, "")


@pytest.mark.parametrize(
    ("asked", "recorded_text", "is_same"),
    [
        ("a" * 3_000 + "b", "a***" * 30 + "c", False),  # as one expression it takes for ever
        ("mail ann at 10", "mail *** at [redacted:time]", True),
        ("mail ann", "mail ann***ann", False),
        ("aXbYb", "a***b", True),
    ],
)
def test_hidden_places_match_any_text_in_linear_time(
    asked: str,
    recorded_text: str,
    is_same: bool,  # noqa: FBT001  # a column of the table
) -> None:
    assert _same(asked, recorded_text) is is_same


def test_freezing_again_keeps_the_test_that_was_filled_in(cassette: Callable[..., Path]) -> None:
    (test,) = cassette(recorded()).parent.glob("*.py")
    test.write_text("FILLED_IN = True\n", "utf-8")

    cassette(recorded())

    assert test.read_text("utf-8") == "FILLED_IN = True\n"
