"""Requests to WSGI applications are spans, and the applications do what they did."""

import io
from collections.abc import Iterator
from typing import Any
from wsgiref.util import FileWrapper, setup_testing_defaults

import pytest
from flask import Flask, Response, stream_with_context

import clearspan
from clearspan.instrument import wsgi
from clearspan.testing import capture_spans

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def instrumented() -> Iterator[None]:
    wsgi.instrument()
    yield
    wsgi.uninstrument()


def environ() -> dict[str, Any]:
    made: dict[str, Any] = {"PATH_INFO": "/"}
    setup_testing_defaults(made)
    return made


def nothing(status: str, headers: list[tuple[str, str]], *_: object) -> None:
    """A server that does not look at what it is told."""


def shop() -> Flask:
    app = Flask("shop")

    @app.get("/items/<int:item>")
    def read(item: int) -> str:
        with clearspan.span("inside"):
            return f"item {item}"

    @app.get("/stream")
    def stream() -> Response:
        def parts() -> Iterator[str]:
            with clearspan.span("part"):
                yield "a"
            yield "b"

        return Response(stream_with_context(parts()))

    @app.get("/broken")
    def broken() -> str:
        raise LookupError("no such shelf")

    return app


@pytest.mark.usefixtures("instrumented")
def test_a_request_to_flask_continues_the_callers_trace_under_its_route() -> None:
    with capture_spans() as spans:
        answer = (
            shop().test_client().get("/items/7", buffered=True, headers={"traceparent": PARENT})
        )

    inside, request = spans
    assert (request.name, request.kind) == ("GET /items/<int:item>", "http")
    assert (request.trace_id, request.parent_id) == (PARENT[3:35], PARENT[36:52])
    assert inside.parent_id == request.span_id
    assert answer.text == "item 7"
    assert answer.headers["clearspan-trace-id"] == request.trace_id
    assert request.fields["http.response.status_code"] == 200


@pytest.mark.usefixtures("instrumented")
def test_an_exception_that_flask_answers_with_an_error_page_is_kept() -> None:
    with capture_spans() as spans:
        answer = shop().test_client().get("/broken", buffered=True)

    (request,) = spans
    assert answer.status_code == 500
    assert request.failure is not None
    assert (request.failure.type, request.failure.message) == ("LookupError", "no such shelf")


@pytest.mark.usefixtures("instrumented")
def test_a_stream_is_recorded_to_its_end() -> None:
    with capture_spans() as spans:
        answer = shop().test_client().get("/stream", buffered=True)

    part, request = spans
    assert answer.text == "ab"
    assert part.parent_id == request.span_id
    assert request.status == "ok"


@pytest.mark.usefixtures("instrumented")
def test_an_unknown_path_is_named_without_its_ids() -> None:
    with capture_spans() as spans:
        shop().test_client().get("/nowhere/12345", buffered=True)

    assert [(span.name, span.status) for span in spans] == [("GET /nowhere/{id}", "ok")]


@pytest.mark.usefixtures("instrumented")
@pytest.mark.parametrize(
    ("path", "headers"), [("/readyz", {}), ("/items/1", {"clearspan-process": "p"})]
)
def test_health_checks_and_our_own_exports_are_not_recorded(
    path: str, headers: dict[str, str]
) -> None:
    with capture_spans() as spans:
        answer = shop().test_client().get(path, buffered=True, headers=headers)

    assert [span for span in spans if span.kind == "http"] == []
    assert "clearspan-trace-id" not in answer.headers


def test_a_body_that_is_closed_early_was_cancelled_and_is_closed_once() -> None:
    closed = []

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            yield b"a"
            yield b"b"

        def close(self) -> None:
            closed.append(True)

    def app(_: object, start_response: Any) -> Any:
        start_response("200 OK", [])
        return Body()

    with capture_spans() as spans:
        body: Any = wsgi.Middleware(app)(environ(), nothing)
        next(body)
        body.close()

    assert closed == [True]
    assert [span.status for span in spans] == ["cancelled"]


def test_an_exception_in_the_middle_of_a_body_is_the_requests_error() -> None:
    def app(_: object, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"a"
        raise LookupError("gone")

    with capture_spans() as spans, pytest.raises(LookupError):
        list(wsgi.Middleware(app)(environ(), nothing))

    assert [span.status for span in spans] == ["error"]


@pytest.mark.parametrize("body", [[b"a"], (b"a",)])
def test_a_list_stays_the_list_it_was(body: Any) -> None:
    def app(_: object, start_response: Any) -> Any:
        start_response("204 No Content", [])
        return body

    with capture_spans() as spans:
        given = wsgi.Middleware(app)(environ(), nothing)

    assert given is body
    assert [span.fields["http.response.status_code"] for span in spans] == [204]


def test_a_file_stays_what_the_server_can_send_by_itself() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return environ["wsgi.file_wrapper"](io.BytesIO(b"file"))

    with capture_spans() as spans:
        given: Any = wsgi.Middleware(app)(environ() | {"wsgi.file_wrapper": FileWrapper}, nothing)
        given.close()

    assert type(given) is FileWrapper
    assert len(spans) == 1


def test_uninstrumenting_leaves_the_class_as_it_was() -> None:
    before = Flask.wsgi_app

    wsgi.instrument()
    wsgi.instrument()
    patched = Flask.wsgi_app
    wsgi.uninstrument()

    assert patched is not before
    assert Flask.wsgi_app is before
