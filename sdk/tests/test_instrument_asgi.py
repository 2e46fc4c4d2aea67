"""Requests to ASGI applications are spans, and the applications do what they did."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

import clearspan
from clearspan.instrument import asgi
from clearspan.testing import capture_spans

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def call(
    app: Any,
    path: str = "/",
    headers: dict[str, str] | None = None,
    messages: list[dict[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """Everything that ``app`` sends in answer to a GET."""
    waiting = messages or [{"type": "http.request", "body": b"", "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "headers": raw,
    }
    await app(scope, receive, send)
    return sent


def headers_of(sent: list[dict[str, Any]]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


@pytest.fixture
def instrumented() -> Iterator[None]:
    asgi.instrument()
    yield
    asgi.uninstrument()


async def item(_: Request) -> Response:
    with clearspan.span("inside"):
        return PlainTextResponse("here")


async def broken(_: Request) -> Response:
    raise LookupError("no such shelf")


APP = Starlette(
    routes=[
        Route("/items/{item_id}", item),
        Route("/broken", broken),
        Mount("/shops/{shop}", routes=[Route("/items/{item_id}", item)]),
    ]
)


@pytest.mark.usefixtures("instrumented")
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/items/7", "GET /items/{item_id}"),
        ("/shops/12/items/7", "GET /shops/{id}/items/{item_id}"),
        ("/nowhere/12345/4bf92f35-77b3-4da6-a3ce-929d0e0e4736", "GET /nowhere/{id}/{id}"),
    ],
)
def test_a_request_is_named_after_its_route_or_its_path_without_ids(path: str, name: str) -> None:
    with capture_spans() as spans:
        asyncio.run(call(APP, path))

    assert (spans[-1].name, spans[-1].kind, spans[-1].status) == (name, "http", "ok")


@pytest.mark.usefixtures("instrumented")
def test_a_request_continues_the_callers_trace_and_says_which_it_is() -> None:
    with capture_spans() as spans:
        sent = asyncio.run(call(APP, "/items/7", {"traceparent": PARENT}))

    inside, request = spans
    assert request.trace_id == PARENT[3:35]
    assert request.parent_id == PARENT[36:52]
    assert inside.parent_id == request.span_id
    assert headers_of(sent)["clearspan-trace-id"] == request.trace_id
    assert headers_of(sent)["traceresponse"] == f"00-{request.trace_id}-{request.span_id}-01"
    assert request.fields["http.response.status_code"] == 200


@pytest.mark.usefixtures("instrumented")
def test_an_exception_is_the_error_of_its_request() -> None:
    with capture_spans() as spans, pytest.raises(LookupError):
        asyncio.run(call(APP, "/broken"))

    (request,) = spans
    assert request.status == "error"
    assert request.failure is not None
    assert request.failure.type == "LookupError"
    assert request.fields["http.response.status_code"] == 500


@pytest.mark.usefixtures("instrumented")
def test_fastapi_is_recorded_once_although_it_is_a_starlette() -> None:
    app = FastAPI()

    @app.get("/users/{user}")
    def read(user: str) -> dict[str, str]:
        with clearspan.span("in a thread"):
            return {"user": user}

    with capture_spans() as spans:
        sent = asyncio.run(call(app, "/users/ann"))

    inner, request = spans
    assert request.name == "GET /users/{user}"
    assert inner.parent_id == request.span_id
    assert sent[1]["body"] == b'{"user":"ann"}'


@pytest.mark.usefixtures("instrumented")
@pytest.mark.parametrize(
    ("path", "headers"), [("/healthz", {}), ("/items/1", {"clearspan-process": "p"})]
)
def test_health_checks_and_our_own_exports_are_not_recorded(
    path: str, headers: dict[str, str]
) -> None:
    with capture_spans() as spans:
        sent = asyncio.run(call(APP, path, headers))

    assert [span.kind for span in spans if span.kind == "http"] == []
    assert "clearspan-trace-id" not in headers_of(sent)


def test_a_stream_ends_its_span_with_its_last_part_before_background_work() -> None:
    ended_at: list[int] = []

    async def parts() -> AsyncIterator[str]:
        for part in ("a", "b"):
            with clearspan.span(part):
                yield part

    async def after() -> None:
        ended_at.append(len(spans))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        response = StreamingResponse(parts(), background=BackgroundTask(after))
        await response(scope, receive, send)

    with capture_spans() as spans:
        sent = asyncio.run(call(asgi.Middleware(app)))

    assert [message.get("body") for message in sent[1:]] == [b"a", b"b", b""]
    assert [span.name for span in spans] == ["a", "b", "GET /"]
    assert {span.parent_id for span in spans[:2]} == {spans[2].span_id}
    assert ended_at == [3]


def test_a_client_that_goes_away_cancels_the_request() -> None:
    async def endless() -> AsyncIterator[str]:
        while True:
            yield "more"
            await asyncio.sleep(0)

    gone = [{"type": "http.disconnect"}]
    with capture_spans() as spans:
        asyncio.run(call(asgi.Middleware(StreamingResponse(endless())), messages=gone))

    assert [span.status for span in spans] == ["cancelled"]


def test_a_server_that_says_by_an_exception_that_nobody_listens_cancels_the_request() -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def refuse(_: Any) -> None:
        raise ConnectionResetError

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with capture_spans() as spans, pytest.raises(ConnectionResetError):
        asyncio.run(asgi.Middleware(app)(scope, receive, refuse))

    assert [span.status for span in spans] == ["cancelled"]


def test_other_connections_pass_untouched() -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001  # of ASGI
        seen.append(scope)

    scope = {"type": "lifespan"}
    with capture_spans() as spans:
        asyncio.run(asgi.Middleware(app)(scope, None, None))  # type: ignore[arg-type]  # never called

    assert seen == [{"type": "lifespan"}]
    assert spans == []


def test_uninstrumenting_leaves_the_class_as_it_was() -> None:
    before = Starlette.__call__

    asgi.instrument()
    asgi.instrument()
    patched = Starlette.__call__
    asgi.uninstrument()

    assert patched is not before
    assert Starlette.__call__ is before


def test_a_response_that_nobody_understands_is_handed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CLEARSPAN_STRICT")
    odd = {"type": "http.response.start", "headers": None}

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send(odd)

    with capture_spans() as spans:
        sent = asyncio.run(call(asgi.Middleware(app)))

    assert sent == [odd]
    assert len(spans) == 1
