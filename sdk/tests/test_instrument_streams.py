"""However a stream of a model's answer ends, it is one record with the right status."""

import asyncio
import contextlib
import gc
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

import clearspan
from clearspan.testing import capture_spans
from provider import WORDS, Provider, providing
from streams import ASYNC, MODEL, SYNC, AsyncOpen, Open, over_httpx, over_urllib3

PATIENCE_S = 60.0
IMPATIENCE_S = 0.3

# Many of these streams are left open on purpose, and so are their connections.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

Sync = Callable[[str, float], Open]
Async = Callable[[str, float], Awaitable[AsyncOpen]]

sync = pytest.mark.parametrize("stream", SYNC, ids=lambda one: one.__name__)
asynchronous = pytest.mark.parametrize("stream", ASYNC, ids=lambda one: one.__name__)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as running:
        yield running


@pytest.fixture(autouse=True)
def instrumented() -> Iterator[None]:
    clearspan.instrument("httpx", "urllib3", "aiohttp")
    yield
    clearspan.uninstrument()


@pytest.fixture
def spans() -> Iterator[list[clearspan.Span]]:
    with capture_spans() as captured:
        yield captured


def the_only(spans: list[clearspan.Span]) -> clearspan.Span:
    [span] = spans
    return span


def said(span: clearspan.Span) -> str:
    """The text of the answer, as far as it was recorded."""
    messages: Any = span.output or []
    return "".join(part["content"] for message in messages for part in message["parts"])


def is_whole(span: clearspan.Span) -> bool:
    return (span.status, said(span), span.usage) == (
        *("ok", "".join(WORDS)),
        {"input": 9, "output": 4, "total": 13},
    )


@sync
def test_read_to_its_end(stream: Sync, provider: Provider, spans: list[clearspan.Span]) -> None:
    for _ in stream(provider.at("ok"), PATIENCE_S).items:
        pass

    span = the_only(spans)
    assert is_whole(span)
    assert (span.model, span.response_model, span.finish_reason) == (MODEL, f"{MODEL}-2026", "stop")
    assert 0 < (span.first_token_ns or 0) < span.end_ns - span.start_ns
    assert span.streamed


@sync
def test_closed_by_the_caller(
    stream: Sync, provider: Provider, spans: list[clearspan.Span]
) -> None:
    opened = stream(provider.at("hang"), PATIENCE_S)
    next(opened.items)

    opened.close()

    assert the_only(spans).status == "cancelled"


@sync
def test_left_by_a_break(stream: Sync, provider: Provider, spans: list[clearspan.Span]) -> None:
    opened = stream(provider.at("hang"), PATIENCE_S)

    with contextlib.closing(opened):
        for _ in opened.items:
            break

    assert the_only(spans).status == "cancelled"


@sync
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_left_by_an_exception_of_the_caller(
    error: type[BaseException], stream: Sync, provider: Provider, spans: list[clearspan.Span]
) -> None:
    opened = stream(provider.at("hang"), PATIENCE_S)

    def consume() -> None:
        with contextlib.closing(opened):
            for _ in opened.items:
                raise error

    with pytest.raises(error):
        consume()

    assert the_only(spans).status == "cancelled"


@sync
def test_ended_by_an_error_of_the_provider(
    stream: Sync, provider: Provider, spans: list[clearspan.Span]
) -> None:
    with contextlib.suppress(Exception):  # the vendor's client raises it
        list(stream(provider.at("fail"), PATIENCE_S).items)

    span = the_only(spans)
    assert (span.status, span.failure and span.failure.type) == ("error", "server_error")


@sync
def test_cut_in_the_middle(stream: Sync, provider: Provider, spans: list[clearspan.Span]) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011  # each library has its own
        list(stream(provider.at("cut"), PATIENCE_S).items)

    span = the_only(spans)
    assert (span.status, said(span)) == ("error", "".join(WORDS[:2]))


@sync
def test_ended_before_its_end_marker(
    stream: Sync, provider: Provider, spans: list[clearspan.Span]
) -> None:
    list(stream(provider.at("short"), PATIENCE_S).items)

    span = the_only(spans)
    assert (span.status, span.failure and span.failure.type) == ("error", "StreamInterrupted")


@sync
def test_timed_out(stream: Sync, provider: Provider, spans: list[clearspan.Span]) -> None:
    with pytest.raises(Exception, match=r"(?i)timed? ?out"):
        list(stream(provider.at("hang"), IMPATIENCE_S).items)

    assert the_only(spans).status == "error"


@sync
def test_forgotten(stream: Sync, provider: Provider, spans: list[clearspan.Span]) -> None:
    opened = stream(provider.at("hang"), PATIENCE_S)
    next(opened.items)
    read_ns = time.time_ns()

    del opened
    gc.collect()

    span = the_only(spans)
    assert span.status == "cancelled"
    assert span.start_ns + (span.first_token_ns or 0) <= span.end_ns <= read_ns


@sync
def test_undone_in_the_middle(
    stream: Sync, provider: Provider, spans: list[clearspan.Span]
) -> None:
    opened = stream(provider.at("ok"), PATIENCE_S)
    next(opened.items)

    clearspan.uninstrument()
    for _ in opened.items:
        pass

    assert is_whole(the_only(spans))


def test_left_by_an_exception_that_is_thrown_into_it(
    provider: Provider, spans: list[clearspan.Span]
) -> None:
    for stream in (over_httpx, over_urllib3):
        opened = stream(provider.at("hang"), PATIENCE_S)
        next(opened.items)
        with pytest.raises(ValueError, match="mine"):
            opened.items.throw(ValueError("mine"))  # type: ignore[attr-defined]  # a generator

    assert [span.status for span in spans] == ["cancelled", "cancelled"]


@asynchronous
def test_undone_in_the_middle_asynchronously(
    stream: Async, provider: Provider, spans: list[clearspan.Span]
) -> None:
    async def read() -> None:
        opened = await stream(provider.at("ok"), PATIENCE_S)
        await anext(opened.items)
        clearspan.uninstrument()
        async for _ in opened.items:
            pass
        await opened.close()

    asyncio.run(read())

    assert is_whole(the_only(spans))


@asynchronous
def test_read_to_its_end_asynchronously(
    stream: Async, provider: Provider, spans: list[clearspan.Span]
) -> None:
    async def read() -> None:
        opened = await stream(provider.at("ok"), PATIENCE_S)
        async for _ in opened.items:
            pass
        await opened.close()

    asyncio.run(read())

    span = the_only(spans)
    assert is_whole(span)
    assert 0 < (span.first_token_ns or 0) < span.end_ns - span.start_ns


@asynchronous
@pytest.mark.parametrize("error", [None, ValueError])
def test_left_early_asynchronously(
    error: type[Exception] | None, stream: Async, provider: Provider, spans: list[clearspan.Span]
) -> None:
    async def leave() -> None:
        opened = await stream(provider.at("hang"), PATIENCE_S)
        try:
            async for _ in opened.items:
                if error is not None:
                    raise error
                break
        finally:
            await opened.close()

    with contextlib.suppress(ValueError):
        asyncio.run(leave())

    assert the_only(spans).status == "cancelled"


@asynchronous
def test_ended_by_an_error_of_the_provider_asynchronously(
    stream: Async, provider: Provider, spans: list[clearspan.Span]
) -> None:
    async def read() -> None:
        opened = await stream(provider.at("fail"), PATIENCE_S)
        with contextlib.suppress(Exception):  # the vendor's client raises it
            async for _ in opened.items:
                pass
        await opened.close()

    asyncio.run(read())

    span = the_only(spans)
    assert (span.status, span.failure and span.failure.type) == ("error", "server_error")


@asynchronous
@pytest.mark.parametrize(("manner", "timeout_s"), [("cut", PATIENCE_S), ("hang", IMPATIENCE_S)])
def test_cut_or_timed_out_asynchronously(
    manner: str,
    timeout_s: float,
    stream: Async,
    provider: Provider,
    spans: list[clearspan.Span],
) -> None:
    async def read() -> None:
        with pytest.raises(Exception):  # noqa: B017, PT012, PT011  # each library has its own
            opened = await stream(provider.at(manner), timeout_s)
            try:
                async for _ in opened.items:
                    pass
            finally:
                await opened.close()

    asyncio.run(read())

    span = the_only(spans)
    assert span.status == "error"
    assert manner == "hang" or said(span) == "".join(WORDS[:2])


@asynchronous
def test_cancelled_with_its_task(
    stream: Async, provider: Provider, spans: list[clearspan.Span]
) -> None:
    async def read(has_begun: asyncio.Event) -> None:
        opened = await stream(provider.at("hang"), PATIENCE_S)
        try:
            async for _ in opened.items:
                has_begun.set()
        finally:
            await opened.close()

    async def cancel() -> None:
        has_begun = asyncio.Event()
        task = asyncio.create_task(read(has_begun))
        await has_begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())

    span = the_only(spans)
    assert span.status == "cancelled"
    assert "".join(WORDS[:2]).startswith(said(span))


@asynchronous
def test_forgotten_asynchronously(
    stream: Async, provider: Provider, spans: list[clearspan.Span]
) -> None:
    async def forget() -> None:
        opened = await stream(provider.at("hang"), PATIENCE_S)
        await anext(opened.items)

    asyncio.run(forget())
    gc.collect()

    assert the_only(spans).status == "cancelled"
