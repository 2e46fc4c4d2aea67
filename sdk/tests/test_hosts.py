"""Where programs live: frozen between calls, forked before or after the start, spawned, without an end."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from programs import SOURCES, Programs
from receiver import Answer, Receiver
from waiting import wait_until

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and signals")


class Forgetful:
    """A server that answers one request a connection and then hangs up without a word."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.requests = 0
        self.hang_up = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                length = 0
                while (line := lines.readline()).strip():
                    name, _, value = line.decode().partition(":")
                    length = int(value) if name.lower() == "content-length" else length
                lines.read(length)
                self.requests += 1
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
                self.hang_up.wait(60)

    def close(self) -> None:
        self.hang_up.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)


@pytest.fixture
def forgetful() -> Iterator[Forgetful]:
    server = Forgetful()
    yield server
    server.close()


FUNCTION = """
import sys
import clearspan

for line in sys.stdin:
    with clearspan.span("invocation"):
        pass
    print(clearspan.flush(), flush=True)
"""


def test_a_process_that_was_frozen_delivers_over_a_new_connection(forgetful: Forgetful) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(SOURCES),
        "CLEARSPAN_ENDPOINT": forgetful.url,
        "CLEARSPAN_SPILL": "off",
    }
    with subprocess.Popen(
        [sys.executable, "-c", FUNCTION],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("first\n")
        process.stdin.flush()
        first = process.stdout.readline()
        process.send_signal(signal.SIGSTOP)
        forgetful.hang_up.set()
        process.send_signal(signal.SIGCONT)

        second, _ = process.communicate("second\n", timeout=60)

    assert (first, second, process.returncode) == ("True\n", "True\n", 0)
    assert forgetful.requests == 2


PREFORK = """
import os
import sys
import clearspan

{before}
workers = []
for number in range(3):
    if (pid := os.fork()) == 0:
        for _ in range(5):
            with clearspan.span("request", worker=number):
                pass
        sys.exit(0)
    workers.append(pid)
assert [os.waitpid(pid, 0)[1] for pid in workers] == [0, 0, 0]
"""


@pytest.mark.parametrize("before", ["", 'clearspan.span("boot").end()', "clearspan.init()"])
def test_workers_that_were_forked_deliver_when_they_end(
    receiver: Receiver, programs: Programs, before: str
) -> None:
    ended = programs.run(PREFORK.format(before=before), CLEARSPAN_ENDPOINT=receiver.url)

    assert (ended.code, ended.err) == (0, "")
    names = [span["name"] for span in receiver.spans()]
    assert names.count("request") == 15
    assert names.count("boot") == ("boot" in before)
    workers = {
        post.headers["clearspan-process"]
        for post in receiver.posts()
        if post.spans[0]["name"] == "request"
    }
    assert len(workers) == 3


LONG = """
import os
import time
import clearspan

with clearspan.span("boot"):
    pass
if os.fork() == 0:
    with clearspan.span("cell"):
        pass
    time.sleep(60)
os._exit(0)
"""


def test_a_forked_process_that_never_ends_delivers_by_its_thread(receiver: Receiver) -> None:
    environment = {**os.environ, "PYTHONPATH": str(SOURCES), "CLEARSPAN_ENDPOINT": receiver.url}
    with subprocess.Popen(
        [sys.executable, "-c", LONG], env=environment, start_new_session=True
    ) as process:
        wait_until(lambda: any(span["name"] == "cell" for span in receiver.spans()))

        os.killpg(process.pid, signal.SIGKILL)


SPAWNED = """
import multiprocessing
import clearspan

def work(number):
    with clearspan.span("child", number=number):
        pass

if __name__ == "__main__":
    context = multiprocessing.get_context("{method}")
    children = [context.Process(target=work, args=(number,)) for number in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_children_whose_server_is_away_leave_their_spans_to_the_next_run(
    receiver: Receiver, programs: Programs, tmp_path: Path, method: str
) -> None:
    settings = {"CLEARSPAN_ENDPOINT": receiver.url, "CLEARSPAN_SPILL": str(tmp_path / "spill")}
    receiver.answers += [Answer(503, {"retry-after": "60"}, b"")] * 2
    programs.run(SPAWNED.format(method=method), CLEARSPAN_EXIT_S="2", **settings)
    assert len(receiver.posts()) == 2
    receiver.requests.clear()

    ended = programs.run('import clearspan\nclearspan.span("next").end()\n', **settings)

    assert (ended.code, ended.err) == (0, "")
    assert sorted(span["name"] for span in receiver.spans()) == ["child", "child", "next"]
    assert len({post.headers["clearspan-process"] for post in receiver.posts()}) == 3


OUTAGE_AND_FORK = """
import os
import clearspan

for number in range(200):
    clearspan.span("parent", number=number).end()
clearspan.flush(0.1)
for number in range(200):
    clearspan.span("parent", number=number).end()
clearspan.flush(0.1)
if os.fork() == 0:
    clearspan.span("child").end()
    clearspan.flush(0.1)
    os._exit(0)
assert os.wait()[1] == 0
"""


def test_a_fork_during_an_outage_sends_each_span_once(
    receiver: Receiver, programs: Programs, tmp_path: Path
) -> None:
    settings = {"CLEARSPAN_ENDPOINT": receiver.url, "CLEARSPAN_SPILL": str(tmp_path / "spill")}
    receiver.answers += [Answer(503, {}, b"")] * 2

    ended = programs.run(OUTAGE_AND_FORK, CLEARSPAN_QUEUE_SPANS="200", **settings)

    assert (ended.code, ended.err) == (0, "")
    taken = [span["spanId"] for post in receiver.posts()[2:] for span in post.spans]
    assert len(taken) == len(set(taken))
    assert len([span for span in receiver.spans() if span["name"] == "child"]) >= 1
