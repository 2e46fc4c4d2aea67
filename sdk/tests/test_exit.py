"""How programs end: with everything delivered, and soon."""

import sys

import pytest

from programs import Programs
from receiver import Answer, Receiver

TEN_LINES = """
import clearspan

clearspan.init(service="script")
with clearspan.agent_span("root"):
    for number in range(10):
        with clearspan.span("child", number=number):
            pass
print("done")
"""

# Nothing listens on the discard port.
NO_SERVER = "http://127.0.0.1:9"


def test_a_short_program_delivers_everything(receiver: Receiver, programs: Programs) -> None:
    ended = programs.run(TEN_LINES, CLEARSPAN_ENDPOINT=receiver.url)

    assert (ended.code, ended.out, ended.err) == (0, "done\n", "")
    assert len(receiver.spans()) == 11
    assert {request.headers["clearspan-process"] for request in receiver.posts()} != {""}


def test_a_program_that_fails_delivers_the_error(receiver: Receiver, programs: Programs) -> None:
    source = 'import clearspan\nwith clearspan.span("work"):\n    raise ValueError("broken")\n'

    ended = programs.run(source, CLEARSPAN_ENDPOINT=receiver.url)

    assert ended.code == 1
    assert "ValueError: broken" in ended.err
    assert receiver.span("work")["status"] == {"code": 2, "message": "broken"}


def test_without_a_server_a_program_runs_and_ends_as_always(programs: Programs) -> None:
    ended = programs.run(TEN_LINES, CLEARSPAN_ENDPOINT=NO_SERVER)

    assert (ended.code, ended.out) == (0, "done\n")
    assert "does not answer" in ended.err
    assert "11 spans undelivered" in ended.err
    assert len(ended.err.splitlines()) == 2


LEFT_OPEN = """
import clearspan
clearspan.init(sample={sample})
clearspan.instrument("httpx")
import httpx

body = b'data: {{"choices": [{{"index": 0, "delta": {{"content": "Hi"}}}}]}}\\n\\n'
transport = httpx.MockTransport(lambda _: httpx.Response(200, content=iter([body] * 9)))
client = httpx.Client(transport=transport)
question = {{"model": "m", "messages": [{{"role": "user", "content": "Hi"}}], "stream": True}}
request = client.build_request("POST", "https://api.openai.com/v1/chat/completions", json=question)
span = clearspan.span("left open")
response = client.send(request, stream=True)
pieces = response.iter_raw()
next(pieces)
{last}
"""


@pytest.mark.parametrize("sample", [1.0, 0.0])
@pytest.mark.parametrize("last", ["", "raise SystemExit(3)", "1 / 0"])
def test_what_is_open_when_a_program_ends_is_cancelled_with_what_has_come(
    receiver: Receiver, programs: Programs, last: str, sample: float
) -> None:
    source = LEFT_OPEN.format(last=last, sample=sample)

    programs.run(source, CLEARSPAN_ENDPOINT=receiver.url)

    assert receiver.span("left open")["attributes"]["clearspan.status"] == "cancelled"
    call = receiver.span("chat m")["attributes"]
    assert call["clearspan.status"] == "cancelled"
    assert "Hi" in call["gen_ai.output.messages"]
    assert len(receiver.spans()) == 2


MEMORY = """
import clearspan

for _ in range(1_000):
    with clearspan.llm_span(input=[bytes(30_000).hex() for _ in range(10)]):
        pass
peak_kb = [line for line in open("/proc/self/status") if line.startswith("VmHWM")][0].split()[1]
print(int(peak_kb) // 1_000)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_without_a_server_600_mb_of_spans_do_not_fill_the_memory(programs: Programs) -> None:
    ended = programs.run(MEMORY, CLEARSPAN_ENDPOINT=NO_SERVER)

    assert ended.code == 0
    assert "the oldest spans are dropped" in ended.err
    assert int(ended.out) < 250


def test_the_end_of_a_program_waits_no_longer_than_allowed(
    receiver: Receiver, programs: Programs
) -> None:
    receiver.answers += [Answer(503, {"retry-after": "60"}, b"")]

    ended = programs.run(TEN_LINES, CLEARSPAN_ENDPOINT=receiver.url, CLEARSPAN_EXIT_S="1.5")

    assert (ended.code, ended.out) == (0, "done\n")
    assert "11 spans undelivered" in ended.err
    assert len(receiver.posts()) == 1


def test_a_server_that_comes_back_during_the_end_gets_everything(
    receiver: Receiver, programs: Programs
) -> None:
    receiver.answers += [Answer(503, {}, b""), Answer(503, {"retry-after": "0"}, b"")]

    ended = programs.run(TEN_LINES, CLEARSPAN_ENDPOINT=receiver.url)

    assert ended.code == 0
    last = receiver.posts()[-1]
    assert len(last.spans) == 11
    assert [request.headers["clearspan-seq"] for request in receiver.posts()] == ["1"] * 3


FORK = """
import os
import clearspan

clearspan.init(service="script")
with clearspan.span("parent") as parent:
    pid = os.fork()
    if pid == 0:
        with clearspan.span("child"):
            pass
        assert clearspan.flush()
    else:
        assert os.waitpid(pid, 0)[1] == 0
"""


def test_a_fork_inside_a_span_records_each_span_once(
    receiver: Receiver, programs: Programs
) -> None:
    ended = programs.run(FORK, CLEARSPAN_ENDPOINT=receiver.url)

    assert (ended.code, ended.err) == (0, "")
    assert sorted(span["name"] for span in receiver.spans()) == ["child", "parent"]
    assert receiver.span("child")["parentSpanId"] == receiver.span("parent")["spanId"]
    processes = {request.headers["clearspan-process"] for request in receiver.posts()}
    assert len(processes) == 2


MULTIPROCESSING = """
import multiprocessing
import clearspan

def work(number):
    with clearspan.span("child", number=number) as span:
        return span.span_id

if __name__ == "__main__":
    clearspan.init(service="script")
    with clearspan.span("warm"):
        pass
    workers = multiprocessing.get_context("{method}")
    children = [workers.Process(target=work, args=(number,)) for number in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join()
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_of_multiprocessing_deliver_before_they_end(
    receiver: Receiver, programs: Programs, method: str
) -> None:
    ended = programs.run(MULTIPROCESSING.format(method=method), CLEARSPAN_ENDPOINT=receiver.url)

    assert (ended.code, ended.err) == (0, "")
    children = [span for span in receiver.spans() if span["name"] == "child"]
    assert len({span["spanId"] for span in children}) == 3


def test_spans_of_other_exit_functions_are_delivered_too(
    receiver: Receiver, programs: Programs
) -> None:
    source = """
import atexit
import clearspan

def last():
    with clearspan.span("last"):
        pass

with clearspan.span("first"):
    pass
atexit.register(last)
"""

    ended = programs.run(source, CLEARSPAN_ENDPOINT=receiver.url)

    assert (ended.code, ended.err) == (0, "")
    assert sorted(span["name"] for span in receiver.spans()) == ["first", "last"]


LATE = """
import atexit

def last():
    import clearspan
    for number in range(3):
        with clearspan.span("late", number=number):
            pass

atexit.register(last)
import clearspan
{first}
"""


@pytest.mark.parametrize("first", ['clearspan.span("first").end()', ""])
def test_spans_that_end_after_the_recorder_are_delivered_at_once(
    receiver: Receiver, programs: Programs, first: str
) -> None:
    ended = programs.run(LATE.format(first=first), CLEARSPAN_ENDPOINT=receiver.url)

    assert (ended.code, ended.err) == (0, "")
    assert sum(span["name"] == "late" for span in receiver.spans()) == 3


def test_late_spans_that_cannot_be_delivered_are_counted(programs: Programs) -> None:
    source = LATE.format(first='clearspan.span("first").end()')

    ended = programs.run(source, CLEARSPAN_ENDPOINT=NO_SERVER)

    assert ended.code == 0
    assert "recording ended with 1 span undelivered" in ended.err
    assert "spans end too late, so far with 2 spans undelivered" in ended.err
    assert len(ended.err.splitlines()) == 3


def test_a_disabled_sdk_sends_nothing_and_keeps_the_trace_together(
    receiver: Receiver, programs: Programs
) -> None:
    source = """
import clearspan

with clearspan.span("a") as a, clearspan.span("b") as b:
    assert b.parent_id == a.span_id
assert clearspan.flush()
"""

    ended = programs.run(source, CLEARSPAN_ENDPOINT=receiver.url, OTEL_SDK_DISABLED="true")

    assert (ended.code, ended.err) == (0, "")
    assert receiver.requests == []


def test_an_open_telemetry_span_becomes_the_parent(receiver: Receiver, programs: Programs) -> None:
    source = """
import clearspan
from opentelemetry.sdk.trace import TracerProvider

tracer = TracerProvider().get_tracer("app")
with tracer.start_as_current_span("outer") as outer:
    with clearspan.span("inner") as inner:
        assert clearspan.current_span() is inner
    place = outer.get_span_context()
    assert inner.parent_id == f"{place.span_id:016x}"
    assert inner.trace_id == f"{place.trace_id:032x}"
    assert clearspan.current_trace_id() == inner.trace_id
"""

    ended = programs.run(source, CLEARSPAN_ENDPOINT=receiver.url)

    assert (ended.code, ended.err) == (0, "")
    assert receiver.span("inner")["flags"] == 0x301


def test_importing_the_sdk_loads_no_other_library(programs: Programs) -> None:
    source = """
import sys
import clearspan

assert not {"opentelemetry", "http.client", "logging", "ssl", "asyncio"} & set(sys.modules)
"""

    ended = programs.run(source)

    assert (ended.code, ended.err) == (0, "")
