"""A model call that is sent on to another address is one record, whatever client follows."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
import pytest
import requests
import urllib3

import clearspan
from clearspan.testing import capture_spans
from provider import Provider, answer, providing
from streams import HEADERS, MESSAGES, MODEL

BODY: dict[str, Any] = {"model": MODEL, "messages": MESSAGES}
DATA = json.dumps(BODY)
SAID = answer(f"{MODEL}-2026")


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as running:
        yield running


@pytest.fixture
def spans() -> Iterator[list[clearspan.Span]]:
    clearspan.instrument("httpx", "urllib3", "aiohttp")
    with capture_spans() as captured:
        yield captured
    clearspan.uninstrument()


def over_requests(url: str) -> bytes:
    with requests.Session() as session:
        return session.post(url, json=BODY).content


def over_requests_in_pieces(url: str) -> bytes:
    with requests.Session() as session, session.post(url, json=BODY, stream=True) as response:
        return b"".join(response.iter_content(20))


def over_urllib3(url: str) -> bytes:
    with urllib3.PoolManager() as manager:
        return manager.request("POST", url, body=DATA, headers=HEADERS).data


def over_urllib3_in_pieces(url: str) -> bytes:
    with urllib3.PoolManager() as manager:
        response = manager.request("POST", url, body=DATA, headers=HEADERS, preload_content=False)
        return b"".join(response.stream(20))


def over_a_pool_of_urllib3(url: str) -> bytes:
    with urllib3.connection_from_url(url) as pool:
        return pool.urlopen("POST", urlsplit(url).path, body=DATA, headers=HEADERS).data


def over_httpx(url: str) -> bytes:
    return httpx.post(url, json=BODY, follow_redirects=True).content


def over_aiohttp(url: str) -> bytes:
    async def main() -> bytes:
        async with aiohttp.ClientSession() as session, session.post(url, json=BODY) as response:
            return await response.read()

    return asyncio.run(main())


FOLLOWING = (
    *(over_requests, over_requests_in_pieces, over_urllib3, over_urllib3_in_pieces),
    *(over_a_pool_of_urllib3, over_httpx, over_aiohttp),
)


@pytest.mark.parametrize("post", FOLLOWING, ids=lambda one: one.__name__)
def test_a_call_that_is_sent_on_twice_is_one_record(
    post: Callable[[str], bytes], provider: Provider, spans: list[clearspan.Span]
) -> None:
    said = post(f"{provider.at('moved/moved/ok')}/chat/completions")

    [span] = spans
    assert said == SAID
    assert (span.status, span.parent_id, span.finish_reason) == ("ok", "", "stop")
    assert span.fields["http.response.status_code"] == 200
    assert span.usage == {"input": 9, "output": 4, "total": 13}


def test_a_call_that_the_program_does_not_let_go_elsewhere_is_one_record(
    provider: Provider, spans: list[clearspan.Span]
) -> None:
    with requests.Session() as session:
        url = f"{provider.at('moved/ok')}/chat/completions"
        response = session.post(url, json=BODY, allow_redirects=False)

    [span] = spans
    assert response.content == b"moved"
    assert (span.status, span.fields["http.response.status_code"]) == ("ok", 307)


def test_a_call_that_is_sent_about_too_often_has_failed(
    provider: Provider, spans: list[clearspan.Span]
) -> None:
    with requests.Session() as session, suppress(requests.TooManyRedirects):
        session.max_redirects = 1
        session.post(f"{provider.at('moved/moved/ok')}/chat/completions", json=BODY)

    [span] = spans
    assert span.status == "error"
    assert span.failure is not None
    assert span.failure.type == "requests.exceptions.TooManyRedirects"


def test_a_call_of_a_hook_on_the_way_is_a_record_of_its_own(
    provider: Provider, spans: list[clearspan.Span]
) -> None:
    url = f"{provider.at('moved/ok')}/chat/completions"

    def ask_another(*_: object, **__: object) -> None:
        with requests.Session() as other:
            other.post(url.replace("moved", "refuse"), json=BODY)

    with requests.Session() as session:
        session.hooks["response"].append(ask_another)
        session.post(url, json=BODY)

    statuses = [span.fields["http.response.status_code"] for span in spans]
    assert sorted(map(str, statuses)) == ["200", "429", "429"]
