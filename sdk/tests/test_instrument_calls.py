"""Model calls over every transport are recorded, other requests are left alone, and nothing else changes."""

import contextlib
import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import httpx2
import openai
import pytest
import requests
import urllib3

import clearspan
from clearspan.testing import capture_spans
from provider import WORDS, Provider, providing
from streams import HEADERS, MESSAGES, MODEL

Json = dict[str, Any]
BODY: Json = {"model": MODEL, "messages": MESSAGES, "temperature": 0.5}


def over_httpx(url: str) -> Json:
    reply: Json = httpx.post(f"{url}/chat/completions", json=BODY).json()
    return reply


def over_httpx2(url: str) -> Json:
    with httpx2.Client() as client:
        reply: Json = client.post(f"{url}/chat/completions", json=BODY).json()
    return reply


def over_requests(url: str) -> Json:
    reply: Json = requests.post(f"{url}/chat/completions", json=BODY, timeout=20).json()
    return reply


def over_urllib3(url: str) -> Json:
    body = json.dumps(BODY).encode()
    with urllib3.PoolManager() as pool:
        reply: Json = pool.request(
            "POST", f"{url}/chat/completions", body=body, headers=HEADERS, retries=False
        ).json()
    return reply


def over_openai(url: str) -> Json:
    with openai.OpenAI(base_url=url, api_key="sk-secret", max_retries=0) as client:
        return client.chat.completions.create(**BODY).model_dump(exclude_unset=True)


CLIENTS = (over_httpx, over_httpx2, over_requests, over_urllib3, over_openai)
each = pytest.mark.parametrize("call", CLIENTS, ids=lambda one: one.__name__)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as running:
        yield running


@pytest.fixture(autouse=True)
def reversed_afterwards() -> Iterator[None]:
    yield
    clearspan.uninstrument()


def record(call: Callable[[], object]) -> list[clearspan.Span]:
    with capture_spans() as spans:
        call()
    return spans


@each
def test_a_call_is_one_record_and_its_result_is_the_same(
    call: Callable[[str], Json], provider: Provider
) -> None:
    plain = call(provider.at("ok"))
    clearspan.instrument()
    results: list[Json] = []

    [span] = record(lambda: results.append(call(provider.at("ok"))))

    assert results == [plain]
    assert (span.kind, span.name, span.status) == ("llm", f"chat {MODEL}", "ok")
    assert (span.operation, span.model, span.response_model) == ("chat", MODEL, f"{MODEL}-2026")
    assert span.input == [
        {"role": "user", "parts": [{"type": "text", "content": MESSAGES[0]["content"]}]}
    ]
    assert isinstance(span.output, list)
    assert span.output[0]["parts"] == [{"type": "text", "content": "".join(WORDS)}]
    assert span.usage == {"input": 9, "output": 4, "total": 13}
    assert (span.response_id, span.request_id, span.finish_reason) == ("c-1", "r-1", "stop")
    assert span.parameters == {"temperature": 0.5}
    assert span.first_token_ns is None


@each
def test_the_request_is_the_same(call: Callable[[str], Json], provider: Provider) -> None:
    call(provider.at("ok"))
    clearspan.instrument()

    call(provider.at("ok"))

    assert provider.bodies[0] == provider.bodies[1]
    assert provider.headers[0] == provider.headers[1]


@each
def test_a_refusal_is_an_error_with_its_reason(
    call: Callable[[str], Json], provider: Provider
) -> None:
    clearspan.instrument()

    def refused() -> None:
        with contextlib.suppress(openai.RateLimitError):  # as without us
            call(provider.at("refuse"))

    [span] = record(refused)

    assert (span.status, span.failure and span.failure.type) == ("error", "rate_limited")
    assert span.failure
    assert span.failure.message == "slow down"
    assert span.fields["http.response.status_code"] == 429


@each
def test_nobody_who_listens_is_an_error(call: Callable[[str], Json]) -> None:
    clearspan.instrument()

    def call_nobody() -> None:
        with pytest.raises(Exception):  # noqa: B017, PT011  # each library has its own
            call("http://127.0.0.1:9/v1")

    [span] = record(call_nobody)

    assert span.status == "error"


def test_repeats_of_a_vendors_client_are_attempts_of_one_call(provider: Provider) -> None:
    clearspan.instrument()
    provider.failures_left = 2

    def insist() -> None:
        with openai.OpenAI(base_url=provider.at("ok"), api_key="k", max_retries=2) as client:
            client.chat.completions.create(**BODY)

    spans = record(insist)

    assert [span.status for span in spans] == ["error", "error", "ok"]
    assert [span.attempt for span in spans] == [1, 2, 3]
    assert [span.retry_of for span in spans] == [None, spans[0].span_id, spans[0].span_id]
    assert len({span.trace_id for span in spans}) == 1


def test_the_same_question_after_a_failure_is_its_repeat_under_one_parent_only(
    provider: Provider,
) -> None:
    clearspan.instrument()
    provider.failures_left = 1

    def ask_again() -> None:
        with clearspan.span("first"):
            over_httpx(provider.at("ok"))
            over_httpx(provider.at("ok"))
        with clearspan.span("second"):
            over_httpx(provider.at("ok"))

    calls = [span for span in record(ask_again) if span.kind == "llm"]

    assert [span.attempt for span in calls] == [None, 2, None]
    assert calls[1].retry_of == calls[0].span_id


def test_a_call_has_the_current_span_as_its_parent(provider: Provider) -> None:
    clearspan.instrument()

    def inside() -> None:
        with clearspan.agent_span("agent"), clearspan.context(user="ann"):
            over_requests(provider.at("ok"))

    call, agent = record(inside)

    assert (call.parent_id, call.trace_id) == (agent.span_id, agent.trace_id)
    assert call.facts()["user"] == "ann"


def test_other_requests_are_not_recorded(provider: Provider) -> None:
    clearspan.instrument()

    def others() -> None:
        httpx.get(f"{provider.url}/v1/models")
        requests.post(f"{provider.url}/orders", json={"model": "T-Ford"}, timeout=20)
        httpx.post(f"{provider.url}/v1/traces", content=gzip.compress(b"{}"))

    assert record(others) == []


def test_a_body_that_is_a_stream_is_left_to_the_transport(provider: Provider) -> None:
    clearspan.instrument()
    whole = json.dumps(BODY).encode()

    def upload() -> None:
        headers = {**HEADERS, "content-length": str(len(whole))}
        with httpx.Client() as client:
            client.post(
                f"{provider.at('ok')}/chat/completions", content=iter([whole]), headers=headers
            )

    record(upload)

    assert provider.bodies == [whole]


def test_after_uninstrument_nothing_is_recorded_and_the_originals_are_back(
    provider: Provider,
) -> None:
    before = (httpx.Client.send, urllib3.HTTPConnectionPool.urlopen)
    clearspan.instrument()
    clearspan.instrument()

    clearspan.uninstrument()
    spans = record(lambda: over_httpx(provider.at("ok")))

    assert spans == []
    assert (httpx.Client.send, urllib3.HTTPConnectionPool.urlopen) == before


def test_only_a_wrapped_client_is_recorded(provider: Provider) -> None:
    one, other = (
        openai.OpenAI(base_url=provider.at("ok"), api_key="k", max_retries=0) for _ in range(2)
    )

    wrapped = clearspan.wrap(one)

    spans = record(lambda: [each.chat.completions.create(**BODY) for each in (one, other)])
    assert wrapped is one
    assert len(spans) == 1
    one.close()
    other.close()


def test_only_a_wrapped_session_of_requests_is_recorded(provider: Provider) -> None:
    url = f"{provider.at('ok')}/chat/completions"
    with requests.Session() as one, requests.Session() as other:
        clearspan.wrap(one)

        spans = record(lambda: [each.post(url, json=BODY, timeout=20) for each in (one, other)])

    assert len(spans) == 1


@pytest.mark.parametrize("named", ["127.0.0.1", "*"])
@each
def test_a_host_that_is_named_is_told_the_trace(
    call: Callable[[str], Json], named: str, provider: Provider
) -> None:
    clearspan.instrument(propagate=[named])

    [span] = record(lambda: call(provider.at("ok")))

    assert provider.headers[0]["traceparent"] == f"00-{span.trace_id}-{span.span_id}-01"
    assert provider.headers[0]["x-clearspan-recorded"] == "1"


def test_a_request_that_is_no_model_call_carries_the_trace_of_its_caller(
    provider: Provider,
) -> None:
    clearspan.instrument(propagate=["127.0.0.1"])

    def order() -> None:
        with clearspan.context(user="ann", propagate=True), clearspan.span("order"):
            requests.post(f"{provider.url}/orders", json={}, timeout=20)
            httpx.post(f"{provider.url}/orders", json={})

    [span] = record(order)

    for headers in provider.headers:
        assert headers["traceparent"] == f"00-{span.trace_id}-{span.span_id}-01"
        assert "ann" in headers["baggage"]
        assert "x-clearspan-recorded" not in headers


def test_a_host_that_is_not_named_learns_nothing(provider: Provider) -> None:
    clearspan.instrument(propagate=["orders.internal", "*.svc.example"])

    record(lambda: over_requests(provider.at("ok")))

    assert "traceparent" not in provider.headers[0]


def test_an_unknown_target_is_named() -> None:
    with pytest.raises(ValueError, match="'ftp'"):
        clearspan.instrument("ftp")


LATER = """
import clearspan
clearspan.instrument()
import httpx
from clearspan.testing import capture_spans
with capture_spans() as spans:
    httpx.post("URL/chat/completions", json={"model": "m", "messages": [{"role": "user", "content": "hi"}]})
print(len(spans), spans[0].model)
"""


def test_a_library_that_is_imported_later_is_recorded_too(provider: Provider) -> None:
    program = LATER.replace("URL", provider.at("ok"))

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )

    assert (done.stdout, done.stderr) == ("1 m\n", "")


def test_instrument_imports_no_library() -> None:
    program = "import clearspan, sys; clearspan.instrument(); print({'httpx', 'urllib3', 'aiohttp'} & set(sys.modules))"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )

    assert done.stdout == "set()\n"
