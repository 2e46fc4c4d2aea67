"""However a call through the gateway ends, it is recorded once, as it ended; and nobody is waited for in vain."""

import json
import random
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

import httpx2
import psutil  # type: ignore[import-untyped]  # ships no types
import pytest

from passing import CHAT, END, OPEN_STREAM, WAIT_S, Passing, Script, chunk, event
from running import PATIENCE_S, until

CHAT_PATH = "/v1/chat/completions"
FAILED = chunk(b'data: {"error":{"type":"server_error","message":"The model broke."}}\n\n')
RESPONSE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
ANSWER = (
    b'{"id":"c1","model":"gpt-4o","choices":[{"finish_reason":"stop",'
    b'"message":{"role":"assistant","content":"Tomorrow."}}]}'
)


def said(*pieces: bytes) -> Script:
    """An answer of these pieces."""
    return lambda: iter(pieces)


def silent(*pieces: bytes) -> Script:
    """As `said`, and then nothing for longer than the gateway waits."""

    def script() -> Iterator[bytes]:
        yield from pieces
        for _ in range(20 * WAIT_S):
            time.sleep(0.1)  # the provider that says nothing
            yield b""

    return script


def endless(text: str) -> Script:
    """A stream that never ends by itself."""

    def script() -> Iterator[bytes]:
        yield OPEN_STREAM
        while True:
            yield event(text)
            time.sleep(0.02)  # the pace of a model that writes

    return script


# How a provider answers; then what the caller gets: a status, and whether all of it came; and what is recorded:
# status, class of the error, text of the answer.
ENDINGS: dict[str, tuple[Script, tuple[int, bool], tuple[str, str, str]]] = {
    "its-end": (said(OPEN_STREAM, event("All"), END, chunk(b"")), (200, True), ("ok", "", "All")),
    "an-error": (
        said(OPEN_STREAM, event("Half"), FAILED, chunk(b"")),
        (200, True),
        ("error", "server", "Half"),
    ),
    "no-marker": (
        said(OPEN_STREAM, event("Half"), chunk(b"")),
        (200, True),
        ("error", "connection", "Half"),
    ),
    "a-cut": (said(OPEN_STREAM, event("Half")), (200, False), ("error", "connection", "Half")),
    "a-cut-after-the-marker": (
        said(OPEN_STREAM, event("All"), END),
        (200, False),
        ("ok", "", "All"),
    ),
    "silence": (
        silent(OPEN_STREAM, event("Half")),
        (200, False),
        ("error", "timeout", "Half"),
    ),
    "silence-from-the-start": (silent(), (504, True), ("error", "timeout", "")),
    "nothing": (said(), (502, True), ("error", "connection", "")),
    "no-http": (said(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), (502, True), ("error", "connection", "")),
    "half-a-document": (
        said(RESPONSE % (len(ANSWER), ANSWER[:-20])),
        (200, False),
        ("error", "connection", ""),
    ),
    "invalid-events": (
        said(
            OPEN_STREAM,
            chunk(b"data: {no json\n\ndata: 1\n\n\xff\xfe\n\n"),
            event("On"),
            END,
            chunk(b""),
        ),
        (200, True),
        ("ok", "", "On"),
    ),
    "an-answer-of-no-form": (
        said(RESPONSE % (10, b"<p>Hi.</p>")),
        (200, True),
        ("error", "connection", ""),
    ),
}


def test_every_ending_is_recorded_as_it_was(passing: Passing) -> None:
    def call(name: str) -> tuple[int, bool]:
        path = f"/{name}{CHAT_PATH}"
        passing.provider.on(path, ENDINGS[name][0])
        headers = {"x-clearspan-project": "endings", "x-clearspan-feature": name}
        with httpx2.Client(timeout=PATIENCE_S) as client:
            url = passing.url("raw") + path
            with client.stream("POST", url, json=CHAT, headers=headers) as answer:
                try:
                    answer.read()
                except httpx2.RemoteProtocolError:
                    return answer.status_code, False
                return answer.status_code, True

    with ThreadPoolExecutor(len(ENDINGS)) as callers:
        came = dict(zip(ENDINGS, callers.map(call, ENDINGS), strict=True))

    assert came == {name: got for name, (_, got, _) in ENDINGS.items()}
    spans = passing.spans("endings")
    assert len(spans) == len(ENDINGS)
    assert {
        span["feature"]: (span["status"], span["error_class"], span["output_preview"])
        for span in spans
    } == {name: recorded for name, (_, _, recorded) in ENDINGS.items()}


@pytest.mark.parametrize("when", ["while it streams", "before it begins"])
def test_a_caller_that_leaves_stops_the_provider_within_a_second(
    passing: Passing, when: str
) -> None:
    project = "left-" + when.split(maxsplit=1)[0]
    path = f"/{project}{CHAT_PATH}"
    passing.provider.on(path, endless("word ") if when == "while it streams" else silent())

    left_s = _left(passing, path, project, reads=1 if when == "while it streams" else 0)

    gone_s = until(lambda: passing.provider.last(path).left_s)
    # A few milliseconds, on a machine that is not busy; it must not be the end of patience that does it.
    assert gone_s - left_s < WAIT_S / 2
    [span] = passing.spans(project)
    assert (span["status"], span["error_class"]) == ("cancelled", "cancelled")
    assert span["output_preview"].startswith("word") is (when == "while it streams")


def _left(passing: Passing, path: str, project: str, *, reads: int) -> float:
    """Ask, read so often, and hang up: when."""
    server = urlsplit(passing.server.url)
    body = json.dumps(CHAT | {"stream": True}).encode()
    head = (
        f"POST /gateway/raw{path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-clearspan-project: {project}\r\n"
    )
    with socket.create_connection((str(server.hostname), server.port)) as caller:
        caller.sendall(head.encode() + b"content-length: %d\r\n\r\n%b" % (len(body), body))
        until(lambda: passing.provider.seen.get(path))
        heard = b""
        while reads and b"word" not in heard:
            heard += caller.recv(65_536)
    return time.monotonic()


def test_a_caller_that_leaves_in_the_middle_of_its_question_is_recorded(passing: Passing) -> None:
    server = urlsplit(passing.server.url)
    path = f"/half{CHAT_PATH}"
    passing.provider.on(path, silent())

    with socket.create_connection((str(server.hostname), server.port)) as caller:
        head = (
            f"POST /gateway/raw{path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-clearspan-project: half\r\n"
        )
        caller.sendall(head.encode() + b'content-length: 900\r\n\r\n{"model":')
        until(lambda: passing.provider.seen.get(path))

    [span] = until(lambda: passing.spans("half"))
    assert span["status"] == "cancelled"


def test_callers_that_leave_in_the_middle_of_a_piece_leave_nothing_behind(passing: Passing) -> None:
    server, chance = urlsplit(passing.server.url), random.Random(4)
    log = passing.server.data.parent / f"{passing.server.data.name}.log"
    paths = {"closed": CHAT_PATH, "raw": f"/left{CHAT_PATH}"}
    passing.provider.on(paths["raw"], silent())

    def leave(number: int) -> None:
        name = ("closed", "raw")[number % 2]
        head = (
            f"POST /gateway/{name}{paths[name]} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
            "x-clearspan-project: left\r\ncontent-length: 90000\r\n\r\n"
        )
        with socket.create_connection((str(server.hostname), server.port)) as caller:
            caller.sendall(head.encode() + b'{"model":"gpt-4o"')
            for pause_s in (chance.random() * 0.05, chance.random() * 0.05):
                time.sleep(pause_s)  # a random moment is what is tried
                with suppress(OSError):
                    caller.sendall(b" " * 500)

    with ThreadPoolExecutor(10) as callers:
        list(callers.map(leave, range(50)))

    found = passing.spans("left")  # once no call is open any more
    assert len(found) == 50
    assert {one["status"] for one in found} <= {"cancelled", "error"}
    said = log.read_text(encoding="utf-8", errors="replace")
    assert "asynchronous generator" not in said
    assert "Traceback" not in said


def test_a_provider_that_is_not_there_is_502_in_our_shape(passing: Passing) -> None:
    answer = httpx2.post(
        passing.url("closed") + CHAT_PATH, json=CHAT, headers={"x-clearspan-project": "closed"}
    )

    assert answer.status_code == 502
    assert answer.json()["error"]["code"] == "bad_gateway"
    [span] = passing.spans("closed")
    assert (span["status"], span["error_class"]) == ("error", "connection")
    assert span["request_model"] == CHAT["model"]  # what nobody read is recorded all the same


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"model":"gpt-4o"', b"\xff\xfe", b""])
def test_a_question_that_cannot_be_read_goes_through_and_is_recorded(
    passing: Passing, body: bytes
) -> None:
    path, project = f"/odd/{body.hex()}{CHAT_PATH}", f"odd-{body.hex()}"
    told = (
        b'{"error":{"message":"We could not parse the JSON body.","type":"invalid_request_error"}}'
    )
    passing.provider.on(
        path, said(b"HTTP/1.1 400 Bad Request\r\ncontent-length: %d\r\n\r\n%b" % (len(told), told))
    )

    answer = httpx2.post(
        passing.url("raw") + path, content=body, headers={"x-clearspan-project": project}
    )

    assert (answer.status_code, answer.content) == (400, told)
    assert passing.provider.last(path).body == body
    [span] = passing.spans(project)
    assert (span["status"], span["error_class"], span["kind"]) == ("error", "invalid", "llm")


def test_a_redirect_goes_back_and_is_not_followed(passing: Passing) -> None:
    path = "/moved/v1/models"
    inside = f"{passing.provider.url}/inside"
    passing.provider.on(
        path,
        said(b"HTTP/1.1 307 Moved\r\nlocation: %b\r\ncontent-length: 0\r\n\r\n" % inside.encode()),
    )

    answer = httpx2.get(passing.url("raw") + path)

    assert (answer.status_code, answer.headers["location"]) == (307, inside)
    assert "/inside" not in passing.provider.seen


def test_50_mb_pass_both_ways_in_bounded_memory(passing: Passing) -> None:
    size, path = 50_000_000, f"/huge{CHAT_PATH}"
    body = b'{"model":"gpt-4o","messages":[{"role":"user","content":"' + b"x" * size + b'"}]}'
    answer = (
        b'{"choices":[{"message":{"content":"%b"}}],"model":"gpt-4o","usage":{"prompt_tokens":7}}'
    )
    answer %= b"y" * size
    passing.provider.on(path, said(RESPONSE % (len(answer), answer)))
    process = psutil.Process(passing.server.process.pid)
    before, peak, is_over = process.memory_info().rss, [0], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.01):
            peak[0] = max(peak[0], process.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    came = httpx2.post(
        passing.url("raw") + path,
        content=body,
        headers={"x-clearspan-project": "huge"},
        timeout=PATIENCE_S,
    )
    [span] = passing.spans("huge")
    is_over.set()
    watching.join()

    assert came.content == answer
    assert passing.provider.last(path).body == body
    assert peak[0] - before < 200_000_000
    whole = passing.span("huge")
    assert f"input:{len(body)}" in whole["truncated"]
    assert (span["response_model"], span["input_tokens"]) == ("gpt-4o", 7)


def test_what_arrives_is_passed_on_when_it_arrives(passing: Passing) -> None:
    path = f"/live{CHAT_PATH}"
    go_on = threading.Event()

    def script() -> Iterator[bytes]:
        yield OPEN_STREAM
        yield event("first")
        assert go_on.wait(PATIENCE_S)  # which nobody calls who has not read the first one
        yield event("second")
        yield END
        yield chunk(b"")

    passing.provider.on(path, script)
    url = passing.url("raw") + path
    with (
        httpx2.Client(timeout=PATIENCE_S) as client,
        client.stream("POST", url, json=CHAT, headers={"x-clearspan-project": "live"}) as answer,
    ):
        pieces = answer.iter_raw()
        first = next(pieces)
        go_on.set()
        rest = b"".join(pieces)

    assert b"first" in first
    assert b"second" not in first
    assert b"second" in rest


def test_forty_streams_at_once_come_whole(passing: Passing) -> None:
    path = f"/many{CHAT_PATH}"

    def script() -> Iterator[bytes]:
        yield OPEN_STREAM
        for number in range(20):
            yield event(f"{number} ")
            time.sleep(0.01)  # the pace of a model that writes
        yield END
        yield chunk(b"")

    passing.provider.on(path, script)

    def call(_: int) -> bytes:
        return passing.ask(path, x_clearspan_project="many").content

    with ThreadPoolExecutor(40) as callers:
        answers = list(callers.map(call, range(40)))

    assert len(set(answers)) == 1
    assert answers[0].endswith(b"data: [DONE]\n\n")
    spans = passing.spans("many")
    assert [span["status"] for span in spans] == ["ok"] * 40
