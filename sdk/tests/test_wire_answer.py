"""One response: how it is framed, what it holds when it is no stream, why it failed, and how little it keeps."""

import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearspan.wire import Answer, Failed, Reply, Usage
from wire_bodies import Body, answered, endpoint, event, events, streamed

OPENAI = "https://api.openai.com/v1"
CHAT = f"{OPENAI}/chat/completions"
SAID = {"choices": [{"index": 0, "delta": {"content": "Grüße 🎈"}, "finish_reason": "stop"}]}
WHOLE = {
    "id": "c1",
    "model": "m",
    "choices": [{"message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1},
}


def whole(
    url: str,
    content: bytes,
    kind: str = "application/json",
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> tuple[Answer, Reply]:
    """An answer in one slice."""
    given_headers = {"content-type": kind, **(headers or {})}
    body = Body("", endpoint(url), status, given_headers, content, {})
    answer, reply, told = answered(body, [content])
    assert not any(told) or "event" in kind or kind == ""
    return answer, reply


@pytest.mark.parametrize(
    "content",
    [
        events(SAID, "[DONE]"),
        events(SAID, "[DONE]").replace(b"\n", b"\r\n"),
        events(SAID, "[DONE]").replace(b"\n", b"\r"),
        events(SAID, "[DONE]").replace(b"data: ", b"data:"),
        b": waiting\n\n: still\n\n" + events(SAID, "[DONE]"),
        b"\xef\xbb\xbf" + events(SAID, "[DONE]"),
        b"\n\n" + events(SAID, "[DONE]").rstrip(),
        b"id: 1\nretry: 5\n" + events(SAID, "[DONE]").replace(b"data: [", b": x\ndata: ["),
        b"data: "
        + json.dumps(SAID, indent=1).replace("\n", "\ndata: ").encode()
        + b"\n\ndata: [DONE]\n\n",
        events("not JSON", "{", SAID, "[1]", "null", "[DONE]"),
    ],
)
def test_events_are_read_in_every_spelling(content: bytes) -> None:
    answer, reply = streamed(CHAT, content)

    assert answer.is_complete
    assert reply.messages[0]["parts"] == [{"type": "text", "content": "Grüße 🎈"}]


@pytest.mark.parametrize("kind", ["", "text/plain", "application/octet-stream"])
def test_events_are_known_without_their_type(kind: str) -> None:
    _, reply = streamed(CHAT, events(SAID, "[DONE]"), kind)

    assert reply.finish_reason == "stop"


@pytest.mark.parametrize("kind", ["text/event-stream", "", "text/plain"])
def test_a_document_is_known_without_its_type(kind: str) -> None:
    answer, reply = whole(CHAT, json.dumps(WHOLE).encode(), kind)

    assert answer.is_complete
    assert reply.usage == Usage(3, 1)


def test_lines_are_known_without_their_type() -> None:
    lines = [{"model": "l", "response": one, "done": one == "b"} for one in ("a", "b")]
    content = "\n".join(json.dumps(one) for one in lines).encode()

    answer, reply = whole("http://localhost:11434/api/generate", content)

    assert answer.is_complete
    assert reply.messages[0]["parts"] == [{"type": "text", "content": "ab"}]


def test_a_document_that_was_cut_is_not_complete() -> None:
    answer, reply = whole(CHAT, json.dumps(WHOLE).encode()[:-1])

    assert answer.is_complete is False
    assert reply.usage == Usage(3, 1)


def test_completeness_is_known_before_the_end() -> None:
    answer = Answer(endpoint(CHAT), 200, {"content-type": "text/event-stream"})
    told = [answer.feed(events(SAID)), answer.is_complete, answer.feed(events("[DONE]"))]

    assert told == [True, True, False]  # a reason to end is an end
    assert answer.is_complete


def test_a_closed_answer_takes_nothing_more() -> None:
    answer = Answer(endpoint(CHAT), 200, {"content-type": "text/event-stream"})
    answer.feed(events(SAID))
    reply = answer.close()

    answer.feed(events(SAID))

    assert answer.close() is reply
    assert reply.messages[0]["parts"][0]["content"] == "Grüße 🎈"


@pytest.mark.parametrize(
    "content", [b"", b" ", b"\n\n", b"{}", b"[]", b"null", b"\xff\xfe\x00", b"data"]
)
@pytest.mark.parametrize(
    "kind", ["", "application/json", "text/event-stream", "application/x-ndjson"]
)
def test_an_empty_answer_is_an_empty_reply(content: bytes, kind: str) -> None:
    _, reply = whole(CHAT, content, kind)

    assert reply == Reply()


@pytest.mark.parametrize(
    ("status", "content", "headers", "failed"),
    [
        (
            401,
            {
                "error": {
                    "message": "Wrong key",
                    "type": "invalid_request_error",
                    "param": None,
                    "code": "invalid_api_key",
                }
            },
            {},
            Failed("invalid_api_key", "Wrong key", "invalid_api_key"),
        ),
        (
            400,
            {
                "error": {
                    "code": "content_filter",
                    "message": "Filtered",
                    "type": None,
                    "innererror": {},
                }
            },
            {},
            Failed("content_filter", "Filtered", "content_filter"),
        ),
        (429, {"error": {"code": "429", "message": "Wait"}}, {}, Failed("429", "Wait", "429")),
        (
            529,
            {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
            {},
            Failed("overloaded_error", "Overloaded"),
        ),
        (
            429,
            {"error": {"code": 429, "message": "Quota", "status": "RESOURCE_EXHAUSTED"}},
            {},
            Failed("RESOURCE_EXHAUSTED", "Quota", "429"),
        ),
        (
            400,
            [{"error": {"code": 400, "message": "Bad", "status": "INVALID_ARGUMENT"}}],
            {},
            Failed("INVALID_ARGUMENT", "Bad", "400"),
        ),
        (
            422,
            {"detail": [{"loc": ["body", "messages"], "msg": "Field required", "type": "missing"}]},
            {},
            Failed("422", "body.messages: Field required"),
        ),
        (400, {"detail": "Not so"}, {}, Failed("400", "Not so")),
        (
            400,
            {"code": "Client specified an invalid argument", "error": "No model"},
            {},
            Failed("400", "No model", "Client specified an invalid argument"),
        ),
        (
            400,
            {"message": "too long"},
            {"x-amzn-errortype": "ValidationException:http://x"},
            Failed("ValidationException", "too long"),
        ),
        (
            403,
            {"__type": "AccessDeniedException", "Message": "no"},
            {},
            Failed("AccessDeniedException", "no"),
        ),
        (401, {"message": "invalid api token"}, {}, Failed("401", "invalid api token")),
        (404, {"error": "model not found"}, {}, Failed("404", "model not found")),
        (502, "<html>Bad gateway</html>", {}, Failed("502", "<html>Bad gateway</html>")),
    ],
)
def test_an_error_has_the_most_exact_word_that_was_said(
    status: int, content: object, headers: dict[str, str], failed: Failed
) -> None:
    body = content.encode() if isinstance(content, str) else json.dumps(content).encode()

    answer, reply = whole(CHAT, body, status=status, headers=headers)

    assert answer.error == failed
    assert reply == Reply()


def test_an_error_with_a_good_status_is_told() -> None:
    body = {
        "id": "r",
        "object": "response",
        "status": "failed",
        "output": [],
        "error": {"code": "server_error", "message": "Oh"},
    }

    answer, _ = whole(f"{OPENAI}/responses", json.dumps(body).encode())

    assert answer.error == Failed("server_error", "Oh", "server_error")


def test_a_long_message_of_an_error_is_cut() -> None:
    answer, _ = whole(CHAT, b"x" * 100_000, "text/html", 500)

    assert answer.error is not None
    assert len(answer.error.message) == 8_192


@pytest.mark.parametrize(
    "name", ["x-request-id", "request-id", "x-amzn-requestid", "apim-request-id"]
)
def test_the_name_that_support_asks_for_is_kept(name: str) -> None:
    _, reply = whole(CHAT, json.dumps(WHOLE).encode(), headers={name: "req-1"})

    assert reply.request_id == "req-1"


def test_tokens_that_only_headers_tell_are_counted() -> None:
    content = json.dumps({"generation": "Hi", "stop_reason": "stop"}).encode()
    counts = {"x-amzn-bedrock-input-token-count": "7", "x-amzn-bedrock-output-token-count": "2"}

    _, reply = whole(
        "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/invoke", content, headers=counts
    )

    assert reply.usage == Usage(7, 2)
    assert reply.messages[0]["parts"] == [{"type": "text", "content": "Hi"}]


def test_speech_is_told_by_its_size() -> None:
    _, reply = whole(f"{OPENAI}/audio/speech", b"\n\xff" * 500, "audio/mpeg")

    assert reply.messages[0]["parts"] == [
        {"type": "blob", "modality": "audio", "mime_type": "audio/mpeg", "size_bytes": 1_000}
    ]


@pytest.mark.parametrize(
    ("headers", "is_complete"),
    [
        ({}, True),
        ({"content-length": "1000"}, True),
        ({"content-length": "1001"}, False),
        ({"content-length": "90", "content-encoding": "gzip"}, True),
    ],
)
@pytest.mark.parametrize(
    ("url", "kind", "status"),
    [
        (f"{OPENAI}/audio/speech", "audio/mpeg", 200),
        (f"{OPENAI}/audio/transcriptions", "text/plain", 200),
        (CHAT, "text/html", 502),
    ],
)
def test_a_body_without_an_end_marker_is_whole_when_it_has_its_length(
    url: str, kind: str, status: int, headers: dict[str, str], *, is_complete: bool
) -> None:
    answer, _ = whole(url, b"x" * 1_000, kind, status, headers)

    assert answer.is_complete is is_complete


def test_pictures_are_parts_and_large_ones_are_told_by_their_size() -> None:
    made = {
        "created": 1,
        "output_format": "png",
        "data": [{"b64_json": "A" * 80_000}, {"url": "https://a/b.png"}],
        "usage": {"input_tokens": 4, "output_tokens": 9},
    }

    _, reply = whole(f"{OPENAI}/images/generations", json.dumps(made).encode())

    assert reply.messages[0]["parts"] == [
        {"type": "blob", "modality": "image", "mime_type": "image/png", "size_bytes": 60_000},
        {"type": "uri", "modality": "image", "uri": "https://a/b.png"},
    ]


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b'{"text": "Good day"}', "application/json"), (b"Good day", "text/plain")],
)
def test_a_transcript_is_a_message(content: bytes, kind: str) -> None:
    _, reply = whole(f"{OPENAI}/audio/transcriptions", content, kind)

    assert reply.messages[0]["parts"] == [{"type": "text", "content": "Good day"}]


def test_ranked_documents_have_their_place_and_score() -> None:
    ranked = {
        "id": "r",
        "results": [{"index": 2, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}],
        "meta": {"billed_units": {"search_units": 1}},
    }

    _, reply = whole("https://api.cohere.com/v2/rerank", json.dumps(ranked).encode())

    assert reply.documents == [{"index": 2, "score": 0.9}, {"index": 0, "score": 0.1}]
    assert reply.usage == Usage(other={"rerank_searches": 1})


def test_a_stream_without_end_is_kept_up_to_a_bound_and_counted_to_its_end() -> None:
    answer = Answer(endpoint(CHAT), 200, {"content-type": "text/event-stream"})
    piece = events({"choices": [{"index": 0, "delta": {"content": "x" * 100_000}}]}, "no")
    tracemalloc.start()
    for _ in range(400):
        answer.feed(piece)
    answer.feed(events({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 9}}))

    reply = answer.close()

    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reply.usage == Usage(3, 9)
    assert 15_000_000 < len(reply.messages[0]["parts"][0]["content"]) <= 16_000_000
    assert most_bytes < 60_000_000


def test_of_a_huge_document_the_usage_is_read() -> None:
    start, end = (
        b'{"object": "list", "data": [',
        b'0], "model": "e", "usage": {"prompt_tokens": 7}}',
    )
    answer = Answer(endpoint(f"{OPENAI}/embeddings"), 200, {"content-type": "application/json"})
    for one in (start, *[b"0.125, " * 100_000] * 30, end):
        answer.feed(one)

    reply = answer.close()

    assert answer.is_complete
    assert (reply.model, reply.usage) == ("e", Usage(7))


@pytest.mark.parametrize(
    "kind", ["text/event-stream", "application/x-ndjson", "application/vnd.amazon.eventstream"]
)
def test_what_never_ends_is_not_held(kind: str) -> None:
    answer = Answer(endpoint(CHAT), 200, {"content-type": kind})
    for _ in range(40):
        answer.feed(b"data: " + b"x" * 1_000_000)

    assert answer.close() == Reply()


def test_a_frame_that_is_too_large_is_left_out() -> None:
    large = event("contentBlockDelta", {"delta": {"text": "x" * 17_000_000}})
    small = event("metadata", {"usage": {"inputTokens": 3, "outputTokens": 4}})
    content = large + small
    url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse-stream"
    body = Body(
        "", endpoint(url), 200, {"content-type": "application/vnd.amazon.eventstream"}, b"", {}
    )

    _, reply, _ = answered(
        body, [content[at : at + 1_000_000] for at in range(0, len(content), 1_000_000)]
    )

    assert reply.usage == Usage(3, 4)


KINDS = [
    "",
    "text/event-stream",
    "application/json",
    "application/x-ndjson",
    "application/vnd.amazon.eventstream",
    "audio/mpeg",
]
URLS = [
    CHAT,
    f"{OPENAI}/responses",
    "https://api.anthropic.com/v1/messages",
    "http://h/v1/models/m:streamGenerateContent",
    "http://h/v2/chat",
]
WORDS = st.sampled_from(
    [
        "type",
        "choices",
        "delta",
        "index",
        "content",
        "message",
        "response",
        "response.output_text.delta",
        "output_index",
        "message_start",
        "content_block_delta",
        "candidates",
        "parts",
        "usage",
        "error",
        "tool_calls",
        "done",
        "x_groq",
        "event_type",
        "message-start",
        "content-delta",
        "metadata",
        "messageStart",
        "contentBlockDelta",
        "generation",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(JSON, max_size=4), st.sampled_from(KINDS), st.sampled_from(URLS), st.binary(max_size=9)
)
def test_no_answer_is_too_strange(chunks: list[object], kind: str, url: str, end: bytes) -> None:
    body = Body("", endpoint(url), 200, {"content-type": kind}, b"", {})
    as_lines = b"".join(json.dumps(one).encode() + b"\n" for one in chunks)

    for content in (events(*chunks), as_lines, json.dumps(chunks).encode()):
        answer, reply, _ = answered(body, [content, end])
        assert isinstance(reply, Reply)
        assert isinstance(answer.is_complete, bool)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(WORDS, JSON), max_size=4), st.binary(max_size=20))
def test_no_event_stream_is_too_strange(given_events: list[tuple[str, object]], end: bytes) -> None:
    kind = "application/vnd.amazon.eventstream"
    body = Body("", endpoint(CHAT), 200, {"content-type": kind}, b"", {})

    _, reply, _ = answered(body, [*(event(*one) for one in given_events), end])

    assert isinstance(reply, Reply)
