"""A client library of this process that speaks to the gateway as to a server."""

import asyncio
from typing import Any

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from clearspan_server.errors import NotFound
from clearspan_server.gateway.credentials import Admission
from clearspan_server.gateway.headers import Told
from clearspan_server.gateway.inside import INSIDE, Inside, Passage
from clearspan_server.ingest.admission import Caller, admit

PATIENCE_S = 20
OK = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}


def passage(app: Any) -> httpx2.AsyncClient:
    inside = Inside(Admission(admit(Caller(), {}, is_open=True), spends=True), Told(), "a" * 32)
    return httpx2.AsyncClient(transport=Passage(app, inside), base_url="http://gateway")


def run(work: Any) -> Any:
    return asyncio.run(asyncio.wait_for(work, PATIENCE_S))


def piece(text: str, *, more: bool = True) -> dict[str, object]:
    return {"type": "http.response.body", "body": text.encode(), "more_body": more}


def test_a_request_arrives_as_it_was_and_its_answer_in_pieces() -> None:
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        asked = await receive()
        seen.append(
            (scope["raw_path"], scope["query_string"], asked["body"], scope[INSIDE].trace_id)
        )
        await send(OK)
        for text in ("one ", "two ", "three"):
            await send(piece(text))
        await send(piece("", more=False))

    async def work() -> list[str]:
        async with (
            passage(app) as client,
            client.stream("POST", "/openai/v1/chat/completions?a=%2F", json={"a": 1}) as answer,
        ):
            assert answer.headers["content-type"] == "text/plain"
            return [text async for text in answer.aiter_text()]

    assert "".join(run(work())) == "one two three"
    assert seen == [(b"/gateway/openai/v1/chat/completions", b"a=%2F", b'{"a":1}', "a" * 32)]


def test_what_the_gateway_refuses_is_an_answer_with_our_error() -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise NotFound("the gateway knows no provider 'x'")

    async def work() -> httpx2.Response:
        async with passage(app) as client:
            return await client.get("/x/v1/models")

    answer = run(work())
    assert answer.status_code == 404
    assert answer.json()["error"] == {
        "code": "not_found",
        "message": "the gateway knows no provider 'x'",
    }


def test_whoever_closes_an_answer_early_has_left() -> None:
    left = asyncio.Event()

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send(OK)

        async def write() -> None:
            while True:
                await send(piece("more "))

        writing = asyncio.create_task(write())
        assert (await receive())["type"] == "http.disconnect"
        writing.cancel()
        left.set()

    async def work() -> bool:
        async with passage(app) as client, client.stream("GET", "/openai/v1/x") as answer:
            async for _text in answer.aiter_text():
                break
        return left.is_set()

    assert run(work())


def test_an_answer_that_breaks_off_is_no_whole_one() -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send(OK)
        await send(piece("half"))

    async def work() -> None:
        async with passage(app) as client:
            await client.get("/openai/v1/x")

    with pytest.raises(httpx2.RemoteProtocolError):
        run(work())


def test_a_caller_that_is_cancelled_before_the_answer_has_left() -> None:
    left = asyncio.Event()

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        await receive()
        assert (await receive())["type"] == "http.disconnect"
        left.set()

    async def work() -> bool:
        async with passage(app) as client:
            asking = asyncio.create_task(client.get("/openai/v1/x"))
            await asyncio.wait((asking,), timeout=0.05)
            asking.cancel()
            await asyncio.wait((asking,))
        return left.is_set()

    assert run(work())
