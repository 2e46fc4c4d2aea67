"""What is read later than it came: by whom, when, once, and in nobody's way."""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, sleep

import httpx
import pytest

import clearspan
from clearspan.testing import capture_spans
from programs import Programs
from receiver import Receiver

CHAT = "https://api.openai.com/v1/chat/completions"
QUESTION = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stream": True}


def test_facts_that_were_postponed_are_there_for_who_asks() -> None:
    with clearspan.span("asked") as asked, clearspan.span("shown") as shown:
        asked.postpone(lambda: {"usage": {"input": 3}}, 100)
        shown.postpone(lambda: {"usage": {"input": 4}}, 100)

    assert asked.usage == {"input": 3}
    assert shown.facts()["usage"] == {"input": 4}


def test_facts_that_were_postponed_are_delivered(recording: Receiver) -> None:
    with clearspan.span("call", kind="llm") as span:
        span.postpone(lambda: {"response_id": "r-1"}, 100)

    assert clearspan.flush()
    assert recording.span("call")["attributes"]["gen_ai.response.id"] == "r-1"


def test_who_asks_while_another_thread_reads_postponed_facts_waits_for_them() -> None:
    began, goes_on = threading.Event(), threading.Event()

    def slow() -> dict[str, object]:
        began.set()
        assert goes_on.wait(60)
        return {"response_id": "r-1"}

    with clearspan.span("call") as span:
        span.postpone(slow, 100)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(span.facts)
        assert began.wait(60)
        second = pool.submit(lambda: span.response_id)
        goes_on.set()

        assert first.result(60)["response_id"] == "r-1"
        assert second.result(60) == "r-1"


def test_what_is_set_counts_more_than_what_was_postponed_before() -> None:
    with clearspan.span("call") as span:
        span.postpone(lambda: {"input": "what was sent"}, 100)
        span.input = "what may be known"

    assert span.facts()["input"] == "what may be known"


def test_postponed_facts_are_read_once_even_if_they_are_asked_for_meanwhile() -> None:
    asked: list[object] = []

    def read() -> dict[str, object]:
        asked.append(span.response_id)  # as a finaliser of the program may do
        return {"response_id": "r-1"}

    with clearspan.span("call") as span:
        span.postpone(read, 100)
        span.postpone(lambda: {"usage": {"input": 3}}, 100)

    assert span.facts() == {"response_id": "r-1", "usage": {"input": 3}}
    assert asked == [None]


def test_facts_that_cannot_be_read_do_not_hold_up_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("CLEARSPAN_STRICT")

    with clearspan.span("call") as span:
        span.postpone(lambda: {"input": str(1 // 0)}, 100)
        span.postpone(lambda: {"usage": {"input": 3}}, 100)

    assert span.facts() == {"usage": {"input": 3}}
    assert "clearspan failed while reading postponed facts of a span" in caplog.text


def test_who_reports_postponed_facts_that_cannot_be_read_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CLEARSPAN_STRICT")
    other = clearspan.span("other")
    other.postpone(lambda: {"usage": {"input": 3}}, 100)
    found: list[object] = []

    def asking(_record: logging.LogRecord) -> bool:
        another = threading.Thread(target=lambda: found.append(other.usage), daemon=True)
        another.start()
        another.join(60)
        return True

    logger = logging.getLogger("clearspan")
    logger.addFilter(asking)
    with clearspan.span("call") as span:
        span.postpone(lambda: {"input": int("x")}, 100)
    span.facts()
    logger.removeFilter(asking)
    other.end()

    assert found == [{"input": 3}]


def test_what_was_postponed_without_content_stays_without_it() -> None:
    clearspan.init(exporters=[], capture="metadata")
    with clearspan.span("call") as span:
        span.postpone(lambda: {"input": "a secret", "response_id": "r-1"}, 100)

    clearspan.init(exporters=[], capture="full")

    assert (span.input, span.response_id) == (None, "r-1")


def test_a_program_that_uses_the_name_of_what_waits_harms_neither_itself_nor_others(
    recording: Receiver,
) -> None:
    with clearspan.span("broken") as span:
        span.later = "next week"  # type: ignore[assignment]  # the mistake under test
    with clearspan.span("work"):
        pass

    assert span.input is None
    assert clearspan.flush()
    assert {span["name"] for span in recording.spans()} == {"broken", "work"}


@pytest.fixture
def impatience() -> Iterator[None]:
    """Whoever has the interpreter keeps it until it gives it away."""
    former_s = sys.getswitchinterval()
    sys.setswitchinterval(60)
    yield
    sys.setswitchinterval(former_s)


@pytest.mark.usefixtures("impatience")
def test_while_postponed_facts_are_read_threads_that_wake_go_first(recording: Receiver) -> None:
    # One turn is enough: a machine that is busy with something else may wake nobody for as long.
    assert any(read_until_somebody_woke() < 50 for _ in range(5))
    assert clearspan.flush()
    assert len(recording.spans()) % 100 == 0


def read_until_somebody_woke() -> int:
    """Of a hundred calls, how many had been read when this thread came to its turn."""
    read: list[int] = []

    def busy(number: int) -> dict[str, object]:
        until_s = perf_counter() + 0.005
        while perf_counter() < until_s:
            pass
        read.append(number)
        return {}

    for number in range(100):
        with clearspan.span("call") as span:
            span.postpone(lambda number=number: busy(number), 0)  # type: ignore[misc]  # of this number
    while not read:
        sleep(0.001)
    return len(read)


def test_a_call_that_failed_waits_for_nobody_who_reads(recording: Receiver) -> None:
    began, goes_on = threading.Event(), threading.Event()

    def slow() -> dict[str, object]:
        began.set()
        assert goes_on.wait(60)
        return {}

    with clearspan.span("slow") as span:
        span.postpone(slow, 0)
    assert began.wait(60)
    clearspan.instrument("httpx")
    answer = httpx.MockTransport(lambda _: httpx.Response(429, json={"error": {"type": "limit"}}))
    with httpx.Client(transport=answer) as client:
        client.post(CHAT, json=QUESTION)
    clearspan.uninstrument()
    is_held_up = goes_on.is_set()
    goes_on.set()

    assert not is_held_up
    assert clearspan.flush()
    assert recording.span("chat m")["attributes"]["error.type"] == "limit"


FORKED = """
import os
import clearspan
clearspan.instrument("httpx")
import httpx

body = b'data: {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}\\n\\n'
transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body + b"data: [DONE]\\n\\n"))
client = httpx.Client(transport=transport)

def ask(model):
    question = {"model": model, "messages": [{"role": "user", "content": "Hi"}], "stream": True}
    client.post("https://api.openai.com/v1/chat/completions", json=question)

ask("parents")
if (pid := os.fork()) == 0:
    ask("childs")
    raise SystemExit
assert os.waitpid(pid, 0)[1] == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_answers_that_wait_during_a_fork_are_recorded_once(
    receiver: Receiver, programs: Programs
) -> None:
    ended = programs.run(FORKED, CLEARSPAN_ENDPOINT=receiver.url)

    assert (ended.code, ended.err) == (0, "")
    assert sorted(span["name"] for span in receiver.spans()) == ["chat childs", "chat parents"]
    for name in ("chat parents", "chat childs"):
        assert "Hi" in receiver.span(name)["attributes"]["gen_ai.output.messages"]


def test_an_answer_whose_reading_finds_an_error_is_an_error() -> None:
    clearspan.instrument("httpx")
    cut = b'{"choices": [{"message": {"content": "}}'
    headers = {"content-type": "application/json"}
    answer = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, content=cut))
    with capture_spans() as spans, httpx.Client(transport=answer) as client:
        client.post(CHAT, json=QUESTION)
    clearspan.uninstrument()

    assert [span.status for span in spans] == ["error"]
