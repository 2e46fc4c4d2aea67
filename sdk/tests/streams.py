"""Streamed chat completions over every transport that is recorded, as their users write them."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, NamedTuple

import aiohttp
import httpx
import httpx2
import openai
import requests
import urllib3

MODEL = "gpt-4o-mini"
MESSAGES: list[Any] = [{"role": "user", "content": "What is the capital of France?"}]
BODY: dict[str, Any] = {
    "model": MODEL,
    "messages": MESSAGES,
    "stream": True,
    "stream_options": {"include_usage": True},
}
HEADERS = {"content-type": "application/json"}


class Open(NamedTuple):
    """A stream whose first bytes are about to come."""

    items: Iterator[Any]
    close: Callable[[], object]


class AsyncOpen(NamedTuple):
    """The same, asynchronous."""

    items: AsyncIterator[Any]
    close: Callable[[], Awaitable[object]]


def over_openai(url: str, timeout_s: float) -> Open:
    client = openai.OpenAI(base_url=url, api_key="k", max_retries=0, timeout=timeout_s)
    stream = client.chat.completions.create(**BODY)
    return Open(iter(stream), stream.close)


def over_httpx(url: str, timeout_s: float) -> Open:
    client = httpx.Client(timeout=timeout_s)
    request = client.build_request("POST", f"{url}/chat/completions", json=BODY)
    response = client.send(request, stream=True)
    return Open(response.iter_lines(), response.close)


def over_httpx2(url: str, timeout_s: float) -> Open:
    client = httpx2.Client(timeout=timeout_s)
    request = client.build_request("POST", f"{url}/chat/completions", json=BODY)
    response = client.send(request, stream=True)
    return Open(response.iter_bytes(), response.close)


def over_requests(url: str, timeout_s: float) -> Open:
    response = requests.post(f"{url}/chat/completions", json=BODY, stream=True, timeout=timeout_s)
    return Open(response.iter_content(None), response.close)


def over_urllib3(url: str, timeout_s: float) -> Open:
    response = urllib3.PoolManager().request(
        *("POST", f"{url}/chat/completions"),
        body=json.dumps(BODY),
        headers=HEADERS,
        preload_content=False,
        timeout=timeout_s,
        retries=False,
    )
    return Open(response.stream(), response.close)


async def over_async_openai(url: str, timeout_s: float) -> AsyncOpen:
    client = openai.AsyncOpenAI(base_url=url, api_key="k", max_retries=0, timeout=timeout_s)
    stream = await client.chat.completions.create(**BODY)
    return AsyncOpen(aiter(stream), stream.close)


async def over_async_httpx(url: str, timeout_s: float) -> AsyncOpen:
    client = httpx.AsyncClient(timeout=timeout_s)
    request = client.build_request("POST", f"{url}/chat/completions", json=BODY)
    response = await client.send(request, stream=True)
    return AsyncOpen(response.aiter_bytes(), response.aclose)


async def over_aiohttp(url: str, timeout_s: float) -> AsyncOpen:
    session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_read=timeout_s))
    response = await session.post(f"{url}/chat/completions", json=BODY)

    async def close() -> None:
        response.close()
        await session.close()

    return AsyncOpen(aiter(response.content.iter_any()), close)


SYNC = (over_openai, over_httpx, over_httpx2, over_requests, over_urllib3)
ASYNC = (over_async_openai, over_async_httpx, over_aiohttp)
