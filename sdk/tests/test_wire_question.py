"""What the body of a request asks, in the forms of every provider."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearspan.wire import Request, question
from wire_bodies import endpoint

OPENAI = "https://api.openai.com/v1"
GEMINI = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash"
CONVERSE = "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-lite-v1%3A0/converse"


def read(url: str, body: bytes, kind: str = "application/json") -> Request:
    found = question(endpoint(url), body, kind)
    request = found.read() if found else Request()
    assert found is None or found.model == request.model
    return request


def asked(url: str, body: object) -> Request:
    return read(url, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("url", "body", "model"),
    [
        (f"{OPENAI}/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}, "m"),
        (f"{OPENAI}/responses", {"model": "m", "input": "Hello"}, "m"),
        (f"{OPENAI}/completions", {"model": "m", "prompt": "Hello"}, "m"),
        (f"{OPENAI}/embeddings", {"model": "m", "input": ["Hello"]}, "m"),
        (f"{OPENAI}/images/generations", {"model": "m", "prompt": "Hello", "n": 1}, "m"),
        (f"{OPENAI}/audio/speech", {"model": "m", "input": "Hello", "voice": "alloy"}, "m"),
        (
            "https://ours.openai.azure.com/openai/deployments/mini/chat/completions",
            {"messages": [{"role": "user", "content": "Hello"}]},
            "mini",
        ),
        (
            "https://api.anthropic.com/v1/messages",
            {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]},
            "m",
        ),
        (f"{GEMINI}:generateContent", {"contents": [{"parts": [{"text": "Hello"}]}]}, "gemini-2.5-flash"),
        (f"{GEMINI}:embedContent", {"content": {"parts": [{"text": "Hello"}]}}, "gemini-2.5-flash"),
        (
            f"{GEMINI}:batchEmbedContents",
            {"requests": [{"model": "models/e", "content": {"parts": [{"text": "Hello"}]}}]},
            "e",
        ),
        (CONVERSE, {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}, "amazon.nova-lite-v1:0"),
        (CONVERSE.replace("/converse", "/invoke"), {"inputText": "Hello"}, "amazon.nova-lite-v1:0"),
        ("https://api.cohere.com/v2/chat", {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}, "m"),
        ("https://api.cohere.com/v1/chat", {"model": "m", "message": "Hello"}, "m"),
        ("https://api.cohere.com/v2/embed", {"model": "m", "texts": ["Hello"]}, "m"),
        ("https://api.cohere.com/v2/rerank", {"model": "m", "query": "Hello", "documents": ["a"]}, "m"),
        ("http://localhost:11434/api/chat", {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}, "m"),
        ("http://localhost:11434/api/generate", {"model": "m", "prompt": "Hello"}, "m"),
        ("http://localhost:11434/api/embed", {"model": "m", "input": "Hello"}, "m"),
    ],
)  # fmt: skip
def test_a_question_is_read_in_every_form(url: str, body: object, model: str) -> None:
    request = asked(url, body)

    assert request.model == model
    assert request.messages == [{"role": "user", "parts": [{"type": "text", "content": "Hello"}]}]


def test_documents_to_be_ranked_are_no_parameters() -> None:
    body = {"model": "m", "query": "Hello", "documents": ["a", {"text": "b"}], "top_n": 1}

    request = asked("https://api.cohere.com/v2/rerank", body)

    assert request.documents == ["a", {"text": "b"}]
    assert request.parameters == {"top_n": 1}


def test_a_path_says_that_the_answer_is_streamed() -> None:
    request = asked(f"{GEMINI}:streamGenerateContent?alt=sse", {"contents": [{"parts": []}]})

    assert request.streamed is True


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("https://app.example/api/chat", {"id": "1", "messages": [{"role": "user", "content": "hi"}]}),
        ("https://app.example/v1/messages", {"messages": [{"role": "user", "content": "hi"}]}),
        ("https://app.example/v1/messages", {"to": "Ann", "subject": "Lunch"}),
        ("https://app.example/v1/responses", {"survey": 7, "answers": [1, 2]}),
    ],
)  # fmt: skip
def test_a_body_that_asks_no_model_is_no_question(url: str, body: object) -> None:
    assert question(endpoint(url), json.dumps(body).encode(), "application/json") is None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1]", b"null", b'"text"', b"[" * 9_999])
def test_an_unreadable_body_is_no_question(body: bytes) -> None:
    assert question(endpoint(f"{OPENAI}/chat/completions"), body, "application/json") is None


def test_sound_in_a_form_is_told_by_its_size() -> None:
    sound = bytes(range(256)) * 400
    body = (
        b'--cut\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n'
        b'--cut\r\ncontent-disposition: form-data; name="language"\r\n\r\nde\r\n'
        b'--cut\r\ncontent-disposition: form-data; name="file"; filename="a.mp3"\r\n'
        b"content-type: audio/mpeg\r\n\r\n" + sound + b"\r\n--cut--\r\n"
    )

    request = read(f"{OPENAI}/audio/transcriptions", body, 'multipart/form-data; boundary="cut"')

    assert request.model == "whisper-1"
    assert request.parameters == {"language": "de"}
    assert request.messages == [
        {
            "role": "user",
            "parts": [
                {
                    "type": "blob",
                    "modality": "audio",
                    "mime_type": "audio/mpeg",
                    "size_bytes": len(sound),
                }
            ],
        }
    ]


def test_fields_of_a_plain_form_are_read() -> None:
    request = read(
        f"{OPENAI}/completions", b"model=m&prompt=Say+hello", "application/x-www-form-urlencoded"
    )

    assert request.model == "m"
    assert request.messages[0]["parts"][0]["content"] == "Say hello"


def test_a_large_picture_is_told_by_its_size_and_a_small_one_is_kept() -> None:
    small, large = (base64.b64encode(bytes(size)).decode() for size in (10, 100_000))
    content = [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{held}"}}
        for held in (small, large)
    ]

    request = asked(
        f"{OPENAI}/chat/completions",
        {"model": "m", "messages": [{"role": "user", "content": content}]},
    )

    blob = {"type": "blob", "modality": "image", "mime_type": "image/png"}
    assert request.messages[0]["parts"] == [
        {**blob, "content": small},
        {**blob, "size_bytes": 100_000},
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["model", "messages", "role", "content", "type", "requests", "contents", "parts"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(JSON, st.sampled_from(["/v1/chat/completions", "/v1/messages", "/api/chat", "/x:embedContent"]))  # fmt: skip
def test_no_body_is_too_strange(body: object, path: str) -> None:
    assert isinstance(asked(f"http://localhost{path}", body), Request)
