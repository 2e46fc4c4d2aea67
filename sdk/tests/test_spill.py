"""Spill: what a server could not take is on disk, and is sent once it can."""

import gzip
import json
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import clearspan
from clearspan.spill import Numbers, Pile, Spill
from programs import SOURCES, Programs
from receiver import Answer, Receiver, Request
from waiting import wait_until

PROGRAM = """
import clearspan

with clearspan.agent_span("root"):
    for number in range(10):
        clearspan.span("child", number=number).end()
"""
SPANS_OF_PROGRAM = 11


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spill"


@pytest.fixture
def nowhere() -> Iterator[str]:
    """The address of a server that is away, and that nobody else can take meanwhile."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def away(receiver: Receiver) -> Iterator[Receiver]:
    """A server that has gone: it refuses all until ``answers`` is cleared."""
    receiver.answers += [Answer(503, {}, b"")] * 10_000
    yield receiver
    receiver.answers.clear()


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*/*.json.gz"))


def kept_spans(folder: Path) -> int:
    """By the names of the files."""
    return sum(int(path.name.split("-")[1].split(".")[0]) for path in files(folder))


def at_least(count: int, folder: Path) -> bool:
    return kept_spans(folder) >= count


def accounted(requests: list[Request]) -> dict[str, tuple[int, int]]:
    """Of each process: what it says it has sent, and what came, of each number what came last."""
    came: dict[str, dict[int, int]] = {}
    sent: dict[str, int] = {}
    for request in requests:
        headers = request.headers
        process, seq = headers["clearspan-process"], int(headers["clearspan-seq"])
        came.setdefault(process, {})[seq] = len(request.spans)
        sent[process] = max(sent.get(process, 0), int(headers["clearspan-sent"]))
    return {process: (sent[process], sum(numbers.values())) for process, numbers in came.items()}


def record(count: int) -> None:
    for number in range(count):
        clearspan.span("work", number=number).end()


def test_without_a_server_a_program_leaves_its_spans_to_the_next_run(
    receiver: Receiver, programs: Programs, folder: Path
) -> None:
    receiver.answers += [Answer(503, {"retry-after": "60"}, b"")] * 100  # to whatever is tried
    settings = {"CLEARSPAN_ENDPOINT": receiver.url, "CLEARSPAN_SPILL": str(folder)}

    first = programs.run(PROGRAM, CLEARSPAN_EXIT_S="2", **settings)
    left = files(folder)
    refused = len(receiver.posts())
    receiver.answers.clear()
    second = programs.run(PROGRAM, **settings)

    assert (first.code, second.code) == (0, 0)
    assert "11 spans kept for the next run" in first.err
    assert second.err == ""
    assert len(left) == 1
    posts = receiver.posts()[refused:]
    came = Counter(span["spanId"] for request in posts for span in request.spans)
    assert len(came) == 2 * SPANS_OF_PROGRAM
    assert set(came.values()) == {1}
    assert all(sent == arrived for sent, arrived in accounted(posts).values())
    assert not files(folder)
    assert not list(folder.glob("*/*"))


def test_what_is_on_disk_is_for_this_user_alone_and_holds_no_key(
    programs: Programs, folder: Path, nowhere: str
) -> None:
    programs.run(
        PROGRAM,
        CLEARSPAN_ENDPOINT=nowhere,
        CLEARSPAN_SPILL=str(folder),
        CLEARSPAN_KEY="cs_1_secret",
    )

    (kept,) = files(folder)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.parent.stat().st_mode & 0o777 == 0o700
    texts = [gzip.decompress(kept.read_bytes())]
    texts += [path.read_bytes() for path in kept.parent.iterdir()]
    assert not any(b"cs_1_secret" in text for text in texts)


def test_nothing_goes_to_another_project_or_server(
    receiver: Receiver, programs: Programs, folder: Path, nowhere: str
) -> None:
    there = {"CLEARSPAN_ENDPOINT": receiver.url, "CLEARSPAN_SPILL": str(folder)}
    receiver.answers += [Answer(503, {"retry-after": "60"}, b"")]
    programs.run(PROGRAM, CLEARSPAN_PROJECT="secret", CLEARSPAN_EXIT_S="2", **there)
    programs.run(PROGRAM, **{**there, "CLEARSPAN_ENDPOINT": nowhere})
    receiver.requests.clear()

    programs.run(PROGRAM, **there, CLEARSPAN_PROJECT="public")

    assert len(receiver.spans()) == SPANS_OF_PROGRAM
    assert len(files(folder)) == 2


def test_during_an_outage_the_queue_goes_to_disk_and_then_to_the_server(
    away: Receiver, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARSPAN_QUEUE_SPANS", "1000")
    monkeypatch.setenv("CLEARSPAN_SPILL", str(folder))
    clearspan.init(endpoint=away.url, service="outage")
    record(1)
    wait_until(away.posts)

    for number in range(1, 9):
        record(400)
        wait_until(partial(at_least, 400 * number - 500, folder))
    refused = len(away.posts())
    away.answers.clear()

    assert clearspan.flush()
    taken = away.posts()[refused:]
    assert len({span["spanId"] for request in taken for span in request.spans}) == 3_201
    assert [request.headers["clearspan-seq"] for request in taken] == [
        str(number) for number in range(1, len(taken) + 1)
    ]
    assert taken[-1].headers["clearspan-sent"] == "3201"
    assert taken[-1].headers["clearspan-dropped"] == "0"
    assert not files(folder)


HANGING = """
import socket
import clearspan

server = socket.create_server(("127.0.0.1", 0))
clearspan.init(endpoint=f"http://127.0.0.1:{server.getsockname()[1]}")
for number in range(100):
    clearspan.span("work", number=number).end()
"""


def test_the_end_of_a_program_whose_server_hangs_keeps_everything(
    programs: Programs, folder: Path
) -> None:
    ended = programs.run(HANGING, CLEARSPAN_SPILL=str(folder), CLEARSPAN_EXIT_S="2")

    assert ended.code == 0
    assert "100 spans kept for the next run" in ended.err
    assert kept_spans(folder) == 100


MASKED = """
import socket
import clearspan

server = socket.create_server(("127.0.0.1", 0))
clearspan.init(endpoint=f"http://127.0.0.1:{server.getsockname()[1]}", capture="masked")
for number in range(400):
    clearspan.span("work", text=f"{number} " + "lorem ipsum dolor sit " * 8_000).end()
"""


def test_the_end_masks_what_fits_into_its_time_and_counts_the_rest(
    programs: Programs, folder: Path
) -> None:
    ended = programs.run(MASKED, CLEARSPAN_SPILL=str(folder), CLEARSPAN_EXIT_S="1")

    assert ended.code == 0
    kept = kept_spans(folder)
    assert f"{kept} spans kept for the next run" in ended.err
    assert f"recording ended with {400 - kept} spans undelivered" in ended.err
    # In small portions, so that none of them outlasts the end.
    assert max(int(path.name.split("-")[1].split(".")[0]) for path in files(folder)) <= 4


BUSY_AND_HANGING = (
    HANGING.replace("range(100)", "range(400)")
    + """
import time
line, _ = server.accept()
line.recv(1)  # they have left the queue
for number in range(400):
    clearspan.span("work", number=number).end()
    if number == 350:
        time.sleep(1)
"""
)


def test_a_queue_that_fills_while_the_server_hangs_goes_to_disk(
    programs: Programs, folder: Path
) -> None:
    settings = {"CLEARSPAN_SPILL": str(folder), "CLEARSPAN_QUEUE_SPANS": "500"}

    ended = programs.run(BUSY_AND_HANGING, CLEARSPAN_EXIT_S="2", **settings)

    assert ended.code == 0
    assert "dropped" not in ended.err
    assert kept_spans(folder) == 800


KILLED = """
import os
import signal

import clearspan

clearspan.init(service="killed")
for _ in range(8):
    for number in range(100):
        clearspan.span("work", number=number).end()
    clearspan.flush(0.1)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_pile_of_a_killed_process_is_free(
    receiver: Receiver, programs: Programs, folder: Path
) -> None:
    settings = {"CLEARSPAN_ENDPOINT": receiver.url, "CLEARSPAN_SPILL": str(folder)}
    receiver.answers += [Answer(503, {}, b"")] * 10_000
    programs.run(KILLED, CLEARSPAN_QUEUE_SPANS="500", **settings)
    kept = kept_spans(folder)
    receiver.answers.clear()
    receiver.requests.clear()

    ended = programs.run(PROGRAM, **settings)

    assert ended.err == ""
    assert kept > 0
    assert len(receiver.spans()) == kept + SPANS_OF_PROGRAM
    assert all(sent == came for sent, came in accounted(receiver.posts()).values())
    assert not files(folder)


def test_a_pile_is_held_by_one_process_at_a_time(folder: Path) -> None:
    folder.mkdir()
    pile = Pile.create(folder / "process")
    pile.note(Numbers(3, 300, 1))
    pile.add(gzip.compress(b"{}"), 5)
    source = (
        "import sys; from pathlib import Path; from clearspan.spill import Pile;"
        "sys.exit(Pile.claim(Path(sys.argv[1])) is not None)"
    )
    command = [sys.executable, "-c", source, str(pile.folder)]
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}

    while_held = subprocess.run(command, env=environment, check=False).returncode
    again = Pile.claim(pile.folder)
    pile.release()
    afterwards = subprocess.run(command, env=environment, check=False).returncode

    assert (while_held, again, afterwards) == (0, None, 1)
    found = Pile.claim(pile.folder)
    assert found is not None
    assert found.numbers() == Numbers(3, 300, 1)
    found.release()


def leave(folder: Path, receiver: Receiver, number: int, count: int = 1) -> None:
    """A file of so many spans, by a process that has ended."""
    left = Spill(folder, f"{receiver.url}/v1/traces", {}, f"ended-{number}")
    spans = [{"spanId": f"{number}"}] * count
    text = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})
    left.keep(gzip.compress(text.encode()), count, Numbers(2, 20, 0))
    left.close()


def test_programs_at_once_send_each_file_once(receiver: Receiver, folder: Path) -> None:
    settings = {"CLEARSPAN_ENDPOINT": receiver.url, "CLEARSPAN_SPILL": str(folder)}
    for number in range(30):
        leave(folder, receiver, number)
    source = "import clearspan\nclearspan.span('next').end()\n"
    environment = {**os.environ, **settings, "PYTHONPATH": str(SOURCES)}

    running = [subprocess.Popen([sys.executable, "-c", source], env=environment) for _ in range(4)]

    assert [program.wait(120) for program in running] == [0] * 4
    came = Counter(span["spanId"] for span in receiver.spans())
    assert set(came.values()) == {1}
    assert len(came) == 34
    assert not list(folder.glob("*/*"))
    ended = [post for post in receiver.posts() if "ended" in post.headers["clearspan-process"]]
    assert {post.headers["clearspan-seq"] for post in ended} == {"3"}
    assert {post.headers["clearspan-sent"] for post in ended} == {"21"}


def test_a_forked_child_does_not_hold_what_its_parent_holds(folder: Path) -> None:
    source = """
import os, sys, time
from pathlib import Path
from clearspan.spill import Pile

folder = Path(sys.argv[1])
pile = Pile.create(folder)
pile.add(b"x", 1)
if os.fork() == 0:
    sys.stdin.read()
    os._exit(0)
os._exit(0)
"""
    folder.mkdir()
    command = [sys.executable, "-c", source, str(folder / "process")]
    with subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(SOURCES)}, stdin=subprocess.PIPE
    ) as parent:
        wait_until(lambda: parent.poll() is not None)

        pile = Pile.claim(folder / "process")

        assert pile is not None
        pile.release()


def test_a_damaged_file_is_set_aside_and_told_once(
    receiver: Receiver, programs: Programs, folder: Path
) -> None:
    settings = {"CLEARSPAN_ENDPOINT": receiver.url, "CLEARSPAN_SPILL": str(folder)}
    for number in range(3):
        leave(folder, receiver, number)
    broken, cut, whole = files(folder)
    broken.write_bytes(b"no gzip at all")
    cut.write_bytes(cut.read_bytes()[:-20])

    ended = programs.run(PROGRAM, **settings)

    assert ended.code == 0
    assert len(ended.err.splitlines()) == 1
    assert "it is set aside" in ended.err
    assert len(receiver.spans()) == 1 + SPANS_OF_PROGRAM
    assert not whole.exists()
    assert len(list(folder.glob("*/*/*.corrupt"))) == 2


def test_a_request_on_disk_that_is_too_large_is_split(
    receiver: Receiver, programs: Programs, folder: Path
) -> None:
    settings = {"CLEARSPAN_ENDPOINT": receiver.url, "CLEARSPAN_SPILL": str(folder)}
    leave(folder, receiver, 0, SPANS_OF_PROGRAM)
    receiver.answers += [Answer(), Answer(413, {}, b"")]

    programs.run(PROGRAM, **settings)

    assert [len(request.spans) for request in receiver.posts()] == [11, 11, 5, 6]
    assert not files(folder)


def test_a_folder_that_takes_nothing_is_told_and_changes_nothing_else(
    programs: Programs, tmp_path: Path, nowhere: str
) -> None:
    place = tmp_path / "file"
    place.write_text("no folder", "utf-8")

    ended = programs.run(PROGRAM, CLEARSPAN_ENDPOINT=nowhere, CLEARSPAN_SPILL=str(place))

    assert ended.code == 0
    assert "takes no spans" in ended.err
    assert "11 spans undelivered" in ended.err
    assert len(ended.err.splitlines()) == 3


def test_a_full_disk_is_told_and_changes_nothing_else(
    programs: Programs, folder: Path, nowhere: str
) -> None:
    full = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"

    ended = programs.run(full + PROGRAM, CLEARSPAN_ENDPOINT=nowhere, CLEARSPAN_SPILL=str(folder))

    assert ended.code == 0
    assert "takes no spans" in ended.err
    assert "11 spans undelivered" in ended.err
    assert not [path for path in folder.rglob("*") if path.is_file() and path.name != "lock"]


def test_the_oldest_files_make_room_and_are_counted(folder: Path) -> None:
    kept = Spill(folder, "http://server", {}, "process", most_bytes=2_500)

    removed = [kept.keep(os.urandom(1_000), 7, Numbers()) for _ in range(4)]

    assert removed == [0, 0, 7, 7]
    assert len(files(folder)) == 2
    kept.close()


def test_a_link_to_another_folder_is_not_sent_from(folder: Path) -> None:
    left = Spill(folder / "theirs", "http://server", {}, "ended")
    left.keep(gzip.compress(b"{}"), 1, Numbers())
    left.close()
    (place,) = (folder / "theirs").iterdir()
    (folder / "mine").mkdir()
    (folder / "mine" / place.name).symlink_to(place)

    ours = Spill(folder / "mine", "http://server", {}, "process")

    assert ours.other() is None
    with pytest.raises(PermissionError):
        ours.keep(gzip.compress(b"{}"), 1, Numbers())
