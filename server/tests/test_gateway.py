"""The gateway against simulators: what a caller gets is what it would get from the provider, and each call is told."""

import gzip
import subprocess
import sys
import zlib
from collections.abc import Iterator

import httpx2
import pyarrow as pa
import pytest

from passing import CHAT, END, OPEN_STREAM, Passing, chunk, event, passing_in
from running import PATIENCE_S
from simulated import QUESTION, Json, fault

MESSAGE: Json = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 500,
    "messages": [{"role": "user", "content": QUESTION}],
}
GEMINI: Json = {"contents": [{"role": "user", "parts": [{"text": QUESTION}]}]}
TALK: Json = {"messages": [{"role": "user", "content": QUESTION}]}
AZURE = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"
FLASH = "/v1beta/models/gemini-2.5-flash"
VERSION = {"anthropic-version": "2023-06-01"}
# Of each form: whom it asks, where, what, and what is recorded as its provider.
WHOLE: tuple[tuple[str, str, Json, str], ...] = (
    ("openai", "/v1/chat/completions", CHAT, "openai"),
    ("openai", "/v1/responses", {"model": "gpt-4o", "input": QUESTION}, "openai"),
    ("openai", "/v1/embeddings", {"model": "text-embedding-3-small", "input": "a"}, "openai"),
    ("azure", AZURE, CHAT, "azure.ai.openai"),
    ("anthropic", "/v1/messages", MESSAGE, "anthropic"),
    ("gemini", f"{FLASH}:generateContent?key=k", GEMINI, "gcp.gemini"),
    ("groq", "/openai/v1/chat/completions", TALK | {"model": "llama-3.3-70b-versatile"}, "groq"),
    ("mistral", "/v1/chat/completions", TALK | {"model": "mistral-large-latest"}, "mistral_ai"),
    ("cohere", "/v2/chat", TALK | {"model": "command-a-03-2025"}, "cohere"),
    ("ollama", "/api/chat", TALK | {"model": "llama3.2", "stream": False}, "ollama"),
    ("openrouter", "/v1/chat/completions", CHAT, "openrouter"),
    ("vllm", "/v1/chat/completions", CHAT, "vllm"),
)
# OpenAI, and who copies it, tells the usage of a stream only when asked.
STREAM: Json = {"stream": True}
ASKED: Json = STREAM | {"stream_options": {"include_usage": True}}
STREAMED = (
    *(
        (name, path, body | (ASKED if body == CHAT else STREAM), by)
        for name, path, body, by in WHOLE
        if name != "gemini" and "input" not in body
    ),
    ("openai", "/v1/responses", WHOLE[1][2] | STREAM, "openai"),
    ("gemini", f"{FLASH}:streamGenerateContent?alt=sse", GEMINI, "gcp.gemini"),
    ("gemini", f"{FLASH}:streamGenerateContent", GEMINI, "gcp.gemini"),
)
LEFT_OUT = ("date", "x-clearspan-trace-id")


@pytest.fixture(scope="module")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Passing]:
    """A server of its own: the answers of both simulators tell how many they have given."""
    with passing_in(tmp_path_factory.mktemp("passing")) as made:
        yield made


def both(passing: Passing, name: str, path: str, body: Json, headers: dict[str, str]) -> Json:
    """The same call at a simulator and through the gateway at one like it: status, headers and body."""
    told: Json = {}
    for way, base in (("direct", passing.direct), ("passed", passing.url(name))):
        with httpx2.Client(timeout=60) as client:
            agent = {"user-agent": "mistral-client-python/1.9"} if name == "mistral" else {}
            named = VERSION | agent | headers
            answer = client.post(base + path, json=body, headers=named)
        held = sorted(one for one in answer.headers.multi_items() if one[0] not in LEFT_OUT)
        told[way] = (answer.status_code, held, answer.content)
        told["trace_id"] = answer.headers.get("x-clearspan-trace-id")
    return told


def test_every_form_comes_back_byte_for_byte_and_is_one_correct_trace(passing: Passing) -> None:
    traces: dict[str, str] = {}

    for name, path, body, by in (*WHOLE, *STREAMED):
        told = both(passing, name, path, body, {"x-clearspan-project": "forms"})
        assert told["direct"] == told["passed"], (name, path)
        assert told["direct"][0] == 200, (name, path)
        traces[told["trace_id"]] = by
    spans = passing.spans("forms")

    bill = httpx2.get(f"{passing.behind}/bill").json()["calls"][-len(traces) :]
    assert {span["trace_id"]: span["provider"] for span in spans} == traces
    assert {span["status"] for span in spans} == {"ok"}
    assert all(span["input_preview"] for span in spans)
    for key in ("input", "output"):
        billed = sorted(one["usage"][key] for one in bill)
        assert billed == sorted(span[f"{key}_tokens"] or 0 for span in spans)


@pytest.mark.parametrize("code", ["400", "401", "429", "500"])
def test_an_error_of_the_provider_is_the_callers_and_is_recorded(
    passing: Passing, code: str
) -> None:
    headers = {"x-clearspan-project": f"failed-{code}", **fault(code)}

    told = both(passing, *WHOLE[0][:3], headers)

    assert told["direct"] == told["passed"]
    assert told["passed"][0] == int(code)
    [span] = passing.spans(f"failed-{code}")
    assert (span["status"], span["request_model"]) == ("error", "gpt-4o")
    assert span["error_type"]


def raw_deflate(data: bytes) -> bytes:
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(data) + packing.flush()


def arrow(codec: str, data: bytes) -> bytes:
    packed: bytes = pa.Codec(codec).compress(data, asbytes=True)
    return packed


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("br", lambda data: arrow("brotli", data)),
        ("zstd", lambda data: arrow("zstd", data)),
    ],
)
def test_a_compressed_answer_stays_compressed_and_is_read(
    passing: Passing, encoding: str, packed: object
) -> None:
    plain = (
        b'{"id":"c1","model":"gpt-4o","choices":[{"finish_reason":"stop",'
        b'"message":{"role":"assistant","content":"Tomorrow."}}]}'
    )
    assert callable(packed)
    sent = packed(plain)
    path, project = "/v1/chat/completions", f"packed-{encoding}-{len(sent)}"

    def script() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        yield b"Content-Encoding: %b\r\nContent-Length: %d\r\n\r\n" % (encoding.encode(), len(sent))
        yield sent

    passing.provider.on(path, script)
    with (
        httpx2.Client() as client,
        client.stream(
            "POST",
            passing.url("raw") + path,
            json=CHAT,
            headers={"x-clearspan-project": project},
        ) as answer,
    ):
        came = b"".join(answer.iter_raw())

    assert came == sent
    assert answer.headers["content-encoding"] == encoding
    assert passing.span(project)["output_preview"] == "Tomorrow."


def test_a_request_goes_out_as_it_came_without_what_is_meant_for_us(passing: Passing) -> None:
    passing.provider.on("/v1/files/a%2Fb", lambda: iter([b"HTTP/1.1 204 No Content\r\n\r\n"]))
    headers = [
        ("x-first", "1"),
        ("authorization", "Bearer sk-of-the-caller"),
        ("x-twice", "a"),
        ("x-twice", "b"),
        ("connection", "keep-alive, x-hop"),
        ("x-hop", "for the next one alone"),
        ("te", "trailers"),
        ("cookie", "clearspan_0a1b2c3d=ours; theirs=1"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("baggage", "a=b"),
        ("x-clearspan-user", "ada"),
        ("x-clearspan-project", "headers"),
    ]

    answer = httpx2.put(
        f"{passing.url('raw')}/v1/files/a%2Fb?q=%20&key=secret&q=2",
        content=b"\0\xff",
        headers=headers,
    )

    seen = passing.provider.last("/v1/files/a%2Fb")
    assert answer.status_code == 204
    assert seen.head.split(b"\r\n")[0] == b"PUT /v1/files/a%2Fb?q=%20&key=secret&q=2 HTTP/1.1"
    assert seen.body == b"\0\xff"
    names = [line.partition(b":")[0].lower() for line in seen.headers]
    assert names.count(b"x-twice") == 2
    assert b"Host: " + passing.provider.url.removeprefix("http://").encode() in [
        line.replace(b"host:", b"Host:") for line in seen.headers
    ]
    assert {b"authorization", b"x-first", b"content-length"} <= set(names)
    assert b"cookie: theirs=1" in [line.lower() for line in seen.headers]
    assert not {b"connection", b"x-hop", b"te", b"traceparent", b"baggage"} & set(names)
    assert not any(name.startswith(b"x-clearspan") for name in names)
    span = passing.span("headers")
    assert (span["kind"], span["trace_id"]) == ("http", "0af7651916cd43dd8448eb211c80319c")
    assert "secret" not in str(span)
    assert "sk-of-the-caller" not in str(span)


def test_what_belongs_to_one_hop_does_not_come_back(passing: Passing) -> None:
    def script() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nX-Own: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nSet-Cookie: clearspan_x=1\r\n"
        yield b"Connection: x-hop, close\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n"
        yield b"Content-Length: 2\r\n\r\nok"

    passing.provider.on("/v1/models", script)

    answer = httpx2.get(f"{passing.url('raw')}/v1/models", headers={"x-clearspan-project": "hops"})

    assert answer.text == "ok"
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert answer.headers["x-own"] == "1"
    assert not {"x-hop", "keep-alive", "x-request-id", "content-security-policy"} & set(
        answer.headers
    )


def test_metadata_comes_from_headers(passing: Passing) -> None:
    passing.provider.on(
        "/meta/v1/chat/completions", lambda: iter((OPEN_STREAM, event("Hi"), END, chunk(b"")))
    )
    parent = "00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203332-01"

    answer = passing.ask(
        "/meta/v1/chat/completions",
        x_clearspan_project="metadata",
        x_clearspan_user="J%C3%BCrgen",
        x_clearspan_session="s-1",
        x_clearspan_feature="search",
        x_clearspan_tags="a, b",
        x_clearspan_prompt="answer@3",
        traceparent=parent,
    )

    span = passing.span("metadata")
    assert answer.headers["x-clearspan-trace-id"] == "0af7651916cd43dd8448eb211c80319d"
    assert span["parent_id"] == "b7ad6b7169203332"
    told = (span["user_id"], span["session_id"], span["feature"], span["tags"])
    assert told == ("Jürgen", "s-1", "search", ["a", "b"])
    assert (span["prompt_name"], span["prompt_version"]) == ("answer", "3")
    assert (span["kind"], span["provider"], span["request_model"]) == ("llm", "openai", "gpt-4o")


def test_a_body_of_chunks_is_passed_on_in_chunks(passing: Passing) -> None:
    passing.provider.on(
        "/v1/uploads", lambda: iter([b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"])
    )

    httpx2.post(
        f"{passing.url('raw')}/v1/uploads",
        content=iter([b"one ", b"two"]),
        headers={"x-clearspan-project": "uploads"},
    )

    seen = passing.provider.last("/v1/uploads")
    assert b"transfer-encoding: chunked" in seen.head.lower()
    assert seen.body.endswith(b"0\r\n\r\n")
    assert b"one " in seen.body


def test_a_base_url_may_have_a_path(passing: Passing) -> None:
    passing.provider.on(
        "/some/where/v1/models", lambda: iter([b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"])
    )

    assert httpx2.get(f"{passing.url('below')}/v1/models").status_code == 200


def test_a_head_request_has_the_length_of_what_is_not_sent(passing: Passing) -> None:
    passing.provider.on("/v1/head", lambda: iter([b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"]))

    answer = httpx2.head(f"{passing.url('raw')}/v1/head")

    assert (answer.status_code, answer.headers["content-length"]) == (200, "9")


PROGRAM = """
import sys, clearspan, httpx2

server, project = sys.argv[1:]
clearspan.init(endpoint=server, project=project)
told = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Where is my order?"}]}
for hosts in ((), ("127.0.0.1",)):
    clearspan.instrument("httpx", propagate=hosts)
    url = f"{server}/gateway/openai/v1/chat/completions"
    httpx2.post(url, json=told, headers={"x-clearspan-project": project}).raise_for_status()
assert clearspan.flush()
"""


def test_what_our_sdk_records_as_well_is_counted_once(passing: Passing) -> None:
    subprocess.run(
        [sys.executable, "-c", PROGRAM, passing.server.url, "both"], check=True, timeout=PATIENCE_S
    )

    spans = passing.spans("both")
    bill = httpx2.get(f"{passing.behind}/bill").json()["calls"][-2:]
    assert sorted(span["kind"] for span in spans) == ["http", "llm", "llm", "llm"]
    [hop] = [span for span in spans if span["kind"] == "http"]
    assert hop["parent_id"] in {span["span_id"] for span in spans}
    assert hop["input_tokens"] is None
    for key in ("input", "output"):
        counted = [
            span[f"{key}_tokens"] for span in spans if span["counted"] and span["kind"] == "llm"
        ]
        assert sum(counted) == sum(call["usage"][key] for call in bill)
