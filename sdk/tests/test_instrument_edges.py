"""What HTTP clients can do besides the usual is recorded rightly, and done as without the record."""

import asyncio
import contextlib
import contextvars
import copy
import gzip
import json
import subprocess
import sys
import threading
import tracemalloc
import zipfile
from collections.abc import Awaitable, Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import openai
import pytest
import urllib3
import zstandard

import clearspan
from clearspan.failure import Failure
from clearspan.testing import capture_spans
from provider import Provider, providing
from receiver import Receiver
from streams import BODY as STREAMED
from streams import HEADERS, MESSAGES, MODEL

BODY: dict[str, Any] = {"model": MODEL, "messages": MESSAGES}
CHAT = "https://api.openai.com/v1/chat/completions"
SAID = b'data: {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
Post = Callable[[aiohttp.ClientSession, str], Awaitable[object]]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as running:
        yield running


@pytest.fixture
def spans() -> Iterator[list[clearspan.Span]]:
    clearspan.instrument("httpx", "urllib3", "aiohttp")
    with capture_spans() as captured:
        yield captured
    clearspan.uninstrument()


def test_a_file_that_httpx_uploads_is_recorded_with_its_size_and_not_read(
    provider: Provider, spans: list[clearspan.Span]
) -> None:
    with openai.OpenAI(base_url=provider.at("ok"), api_key="k", max_retries=0) as client:
        client.audio.transcriptions.create(model="whisper-1", file=("a.wav", b"RIFF", "audio/wav"))

    [span] = spans
    part: Any = span.input
    assert (span.name, part[0]["parts"][0]["size_bytes"]) == ("transcription whisper-1", 4)
    assert b"RIFF" in provider.bodies[0]


def over_aiohttp(url: str, post: Post, **options: Any) -> None:
    async def main() -> None:
        async with aiohttp.ClientSession(**options) as session:
            await post(session, url)

    asyncio.run(main())


def test_a_form_of_aiohttp_is_recorded(provider: Provider, spans: list[clearspan.Span]) -> None:
    async def post(session: aiohttp.ClientSession, url: str) -> None:
        form = aiohttp.FormData({"model": "whisper-1"})
        form.add_field("file", b"RIFF", filename="a.wav", content_type="audio/wav")
        async with session.post(f"{url}/audio/transcriptions", data=form) as response:
            await response.read()

    over_aiohttp(provider.at("ok"), post)

    [span] = spans
    part: Any = span.input
    assert (span.name, part[0]["parts"][0]["size_bytes"]) == ("transcription whisper-1", 4)


def test_pairs_as_headers_and_any_bytes_are_recorded_over_aiohttp(
    provider: Provider, spans: list[clearspan.Span]
) -> None:
    async def post(session: aiohttp.ClientSession, url: str) -> None:
        data = json.dumps(BODY).encode()
        for body in (bytearray(data), memoryview(data)):
            headers = [("content-type", "application/json")]
            async with session.post(f"{url}/chat/completions", data=body, headers=headers) as one:
                await one.read()

    over_aiohttp(provider.at("ok"), post)

    assert [span.model for span in spans] == [MODEL, MODEL]


def test_a_programs_own_serialiser_runs_once(
    provider: Provider, spans: list[clearspan.Span]
) -> None:
    runs: list[object] = []

    def serialise(value: object) -> str:
        runs.append(value)
        return json.dumps(value)

    async def post(session: aiohttp.ClientSession, url: str) -> None:
        async with session.post(f"{url}/chat/completions", json=BODY) as response:
            await response.read()

    over_aiohttp(provider.at("ok"), post, json_serialize=serialise)

    assert (len(spans), len(runs)) == (1, 1)
    assert provider.headers[0]["content-type"] == "application/json"


def test_who_gave_up_waiting_may_read_on(provider: Provider, spans: list[clearspan.Span]) -> None:
    async def post(session: aiohttp.ClientSession, url: str) -> None:
        async with session.post(f"{url}/chat/completions", json=STREAMED) as response:
            while True:
                try:
                    await asyncio.wait_for(response.content.readany(), 0.2)
                except asyncio.TimeoutError:
                    provider.released.set()
                except aiohttp.ClientError:
                    return

    over_aiohttp(provider.at("hang"), post)

    [span] = spans
    assert span.status == "error"


@pytest.mark.parametrize("name", ["read", "read1"])
def test_reading_nothing_or_a_part_ends_no_call(
    name: str, provider: Provider, spans: list[clearspan.Span]
) -> None:
    with urllib3.PoolManager() as pool:
        url, body = f"{provider.at('ok')}/chat/completions", json.dumps(STREAMED)
        response = pool.request("POST", url, body=body, headers=HEADERS, preload_content=False)
        part = response.read(0) if name == "read" else response.read1()
        rest = response.read()

    [span] = spans
    assert (part + rest).endswith(b"[DONE]\n\n")
    assert (span.status, span.finish_reason) == ("ok", "stop")


def test_an_answer_that_sends_elsewhere_is_no_error(spans: list[clearspan.Span]) -> None:
    elsewhere = httpx.Response(307, headers={"location": "/v2"})
    with httpx.Client(transport=httpx.MockTransport(lambda _: elsewhere)) as client:
        client.post(CHAT, json=BODY)

    assert [span.status for span in spans] == ["ok"]


def test_a_stream_can_be_copied(provider: Provider, spans: list[clearspan.Span]) -> None:
    with httpx.stream("POST", f"{provider.at('ok')}/chat/completions", json=BODY) as response:
        copied = copy.copy(response.stream)
        response.read()

    assert isinstance(copied, httpx.SyncByteStream)
    assert len(spans) == 1


class _Never(httpx.AsyncBaseTransport):
    async def handle_async_request(  # type: ignore[explicit-override]  # of Python 3.12
        self, request: httpx.Request
    ) -> httpx.Response:
        await _Pause()
        return httpx.Response(200, request=request)


class _Pause:
    def __await__(self) -> Generator[None]:
        yield


def test_a_request_that_is_dropped_in_another_context_is_cancelled(
    spans: list[clearspan.Span],
) -> None:
    client = httpx.AsyncClient(transport=_Never())
    sending = client.send(client.build_request("POST", CHAT, json=BODY))
    contextvars.copy_context().run(sending.send, None)

    with clearspan.span("outside") as outside:
        sending.close()
        is_outside = clearspan.current_span() is outside

    assert [span.status for span in spans] == ["cancelled", "ok"]
    assert is_outside


def test_keys_in_addresses_are_no_part_of_an_error() -> None:
    said = "retries exceeded with url: /g:generateContent?alt=sse&key=AIza-1 (http://me:pw@proxy/)"

    assert Failure("MaxRetryError", said).message == (
        "retries exceeded with url: /g:generateContent?alt=sse&key=*** (http://***@proxy/)"
    )


def test_a_library_in_a_zip_file_is_told_whatever_it_imports(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.writestr("its_part.py", "")
        packed.writestr("zipped.py", "import its_part")
    program = """
import sys
from clearspan.instrument.patching import when_imported
when_imported("test", "zipped", lambda module: print(module.__name__))
sys.path.insert(0, sys.argv[1])
import zipped
"""

    command = [sys.executable, "-c", program, str(tmp_path / "all.zip")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout == "zipped\n"


def spoken(content: bytes) -> bytes:
    said = {"role": "assistant", "content": content.decode()}
    return json.dumps({"choices": [{"message": said, "finish_reason": "stop"}]}).encode()


@pytest.mark.parametrize(
    ("encoding", "status", "packed"),
    [
        ("gzip", "ok", gzip.compress(spoken(b"x" * 12_000_000))),
        ("zstd", "ok", b"".join(map(zstandard.compress, (spoken(b"x")[:9], spoken(b"x")[9:])))),
        ("gzip", "cancelled", b"no gzip"),
    ],
    ids=["much in little", "two frames", "broken"],
)
def test_however_an_answer_was_packed_its_client_says_whether_it_was_right(
    encoding: str, status: str, packed: bytes, spans: list[clearspan.Span]
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        headers = {"content-encoding": encoding, "content-type": "application/json"}
        return httpx.Response(200, headers=headers, content=iter([packed]))

    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as client,
        contextlib.suppress(httpx.DecodingError),
        client.stream("POST", CHAT, json=BODY) as response,
    ):
        response.read()

    assert [span.status for span in spans] == [status]


def test_a_hook_may_take_the_raw_bytes(spans: list[clearspan.Span]) -> None:
    taken: list[bytes] = []

    def take(response: httpx.Response) -> None:
        taken.extend(response.iter_raw())

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=iter([b"{}"])))
    with httpx.Client(transport=transport, event_hooks={"response": [take]}) as client:
        client.send(client.build_request("POST", CHAT, json=BODY), stream=True)

    assert taken == [b"{}"]
    assert [span.status for span in spans] == ["cancelled"]


def test_what_is_nested_deep_is_delivered(receiver: Receiver) -> None:
    clearspan.init(endpoint=receiver.url, service="tests")
    clearspan.instrument("httpx")
    nested = b'{"a":' * 900 + b"1" + b"}" * 900
    body = json.dumps(BODY).encode()[:-1] + b', "metadata": ' + nested + b"}"

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=b"{}"))
    with httpx.Client(transport=transport) as client:
        client.post(CHAT, content=body, headers=HEADERS)
    clearspan.uninstrument()

    assert clearspan.flush()
    assert len(receiver.spans()) == 1


class _Equal(httpx.Client):
    __hash__ = None  # type: ignore[assignment]  # as of any class that compares itself

    def __eq__(self, other: object) -> bool:  # type: ignore[explicit-override]  # of Python 3.12
        return True


def test_clients_that_cannot_be_hashed_are_told_apart() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={}))
    with (
        capture_spans() as spans,
        _Equal(transport=transport) as wrapped,
        _Equal(transport=transport) as other,
    ):
        clearspan.wrap(wrapped)
        other.post(CHAT, json=BODY)
        wrapped.post(CHAT, json=BODY)
    clearspan.uninstrument()

    assert len(spans) == 1


def test_a_call_of_an_application_that_is_called_in_process_is_recorded(
    provider: Provider, spans: list[clearspan.Span]
) -> None:
    async def gateway(_scope: Any, _receive: Any, send: Any) -> None:
        async with httpx.AsyncClient() as client:
            await client.post(f"{provider.at('ok')}/chat/completions", json=BODY)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def main() -> None:
        transport = httpx.ASGITransport(app=gateway)
        async with httpx.AsyncClient(transport=transport) as client:
            await client.post("http://gateway/v1/chat/completions", json=BODY)

    asyncio.run(main())

    inner, outer = spans
    assert (inner.parent_id, inner.status) == (outer.span_id, "ok")
    assert outer.status == "ok"  # of nothing, which is what 204 says


def test_a_document_that_only_looked_whole_is_told_as_cut(spans: list[clearspan.Span]) -> None:
    cut = b'{"id": "c1", "choices": [{"index": 0}'
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, headers={"content-type": "application/json"}, content=cut)
    )

    with httpx.Client(transport=transport) as client:
        response = client.post(CHAT, json=BODY)

    [span] = spans
    assert response.content == cut
    assert (span.status, span.failure and span.failure.type) == ("error", "StreamInterrupted")


def test_what_a_hook_of_the_program_says_of_a_question_counts(
    provider: Provider, spans: list[clearspan.Span]
) -> None:
    def hide(_request: httpx.Request) -> None:
        span = clearspan.current_span()
        assert span is not None
        span.input = "hidden"

    with httpx.Client(event_hooks={"request": [hide]}) as client:
        client.post(f"{provider.at('ok')}/chat/completions", json=BODY)

    [span] = spans
    assert (span.input, span.finish_reason) == ("hidden", "stop")


def streaming(*slices: bytes, **headers: str) -> httpx.Client:
    """A client whose every answer comes in these slices."""

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=headers, content=(bytes([*one]) for one in slices))

    return httpx.Client(transport=httpx.MockTransport(answer))


def test_slices_of_one_byte_count_what_they_take_in_memory(spans: list[clearspan.Span]) -> None:
    short, long = SAID + DONE, SAID * 20 + DONE
    for content in (short, long):
        client = streaming(*(content[n : n + 1] for n in range(len(content))))
        with client, client.stream("POST", CHAT, json=STREAMED) as response:
            assert sum(1 for _ in response.iter_raw()) == len(content)

    for span, content in zip(spans, (short, long), strict=True):
        said: Any = span.output
        assert said[0]["parts"][0]["content"] == "Hi" * content.count(b"Hi")
        assert (span.status, span.first_token_ns is not None) == ("ok", True)
    waiting = [sum((span.large or {}).values()) for span in spans]
    assert waiting[0] > 100 * len(short)
    assert waiting[1] < 100 * len(long)  # so many were not kept


def test_of_an_answer_that_nobody_can_decode_nothing_is_held(spans: list[clearspan.Span]) -> None:
    slices = (b"x" for _ in range(100_000))
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, headers={"content-encoding": "compress"}, content=slices)
    )
    client = httpx.Client(transport=transport)
    with client, client.stream("POST", CHAT, json=BODY) as response:
        tracemalloc.start()
        for _ in response.iter_raw():
            pass
        _, most_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    [span] = spans
    assert span.status == "ok"
    assert most_bytes < 1_000_000


def test_a_response_that_the_program_keeps_does_not_keep_its_bytes(
    spans: list[clearspan.Span],
) -> None:
    content = b": still here\n\n" * 3_000 + SAID + DONE
    kept = []
    tracemalloc.start()
    with streaming(content, **{"content-type": "text/event-stream"}) as client:
        for _ in range(50):
            with client.stream("POST", CHAT, json=STREAMED) as response:
                for _ in response.iter_raw():
                    pass
            kept.append(response)
    held_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert {span.finish_reason for span in spans} == {"stop"}
    assert held_bytes < len(kept) * len(content) // 2


def test_while_delivery_is_behind_nothing_more_is_left_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    began, goes_on = threading.Event(), threading.Event()
    seen: list[Any] = []

    class Slow:
        def export(self, spans: Sequence[clearspan.Span], _dropped: int) -> clearspan.Outcome:
            began.set()
            assert goes_on.wait(60)
            return clearspan.Outcome(settled=len(spans))

        def watch(self, _open_spans: Sequence[clearspan.Span]) -> None: ...
        def close(self) -> None: ...

    monkeypatch.setenv("CLEARSPAN_QUEUE_SPANS", "6")
    clearspan.init(exporters=[Slow()])
    clearspan.instrument("httpx")
    hooks = {"request": [lambda _request: seen.append(clearspan.current_span())]}
    answer = httpx.MockTransport(lambda _: httpx.Response(200, content=SAID + DONE))
    with httpx.Client(transport=answer, event_hooks=hooks) as client:
        for number in range(6):
            client.post(CHAT, json=STREAMED)
            assert number or began.wait(60)
    read = ["output" in span.fields for span in seen]
    goes_on.set()
    clearspan.uninstrument()

    assert read == [True, False, False, False, True, True]
    assert clearspan.flush()
    assert all(span.output for span in seen)
    clearspan.init(exporters=[])


def test_a_stream_that_is_left_at_its_first_piece_lasted_longer_than_until_it(
    spans: list[clearspan.Span],
) -> None:
    piece = b'data: {"choices": [{"index": 0, "delta": {"content": "Hi"}}]}\n\n'

    def pieces() -> Iterator[bytes]:
        yield piece
        yield piece

    transport = httpx.MockTransport(
        lambda _: httpx.Response(
            200, headers={"content-type": "text/event-stream"}, content=pieces()
        )
    )
    with (
        httpx.Client(transport=transport) as client,
        client.stream("POST", CHAT, json=STREAMED) as response,
    ):
        next(response.iter_bytes())

    [span] = spans
    assert span.status == "cancelled"
    assert 0 < (span.first_token_ns or 0) < span.end_ns - span.start_ns
