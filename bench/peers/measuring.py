"""A peer under the reference load."""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.loads import Load
from bench.peers import Launch, Peer
from bench.peers.environment import python_of, version_of
from bench.processes import Watched, free_port, watched
from bench.processes import answers as is_up
from bench.progress import say
from bench.queries.asking import Answers
from bench.sender import Orders, Sent, send

LIMIT_S = 120.0

_START_LIMIT_S = 180.0
_POLL_S = 0.25


@dataclass(slots=True, frozen=True)
class PeerFigures:
    """What a peer reached within the time limit; rates in spans a second."""

    title: str
    version: str
    sent_spans: int
    acknowledged_spans: int
    stored_spans: int
    acknowledged_per_s: float
    stored_per_s: float
    peak_bytes: int
    start_s: float
    errors: list[str]
    answers: Answers | None  # to questions, where it was asked


def run(peer: Peer, load: Load, *, with_questions: bool) -> PeerFigures:
    """Start it on an empty folder, send, count the rows in its database, and ask it what it can be asked.

    Raises:
        Failed: it could not be installed or started, or took nothing.
    """
    python = python_of(peer.name, peer.title)
    with TemporaryDirectory(prefix="clearspan-bench-") as folder:
        home = Path(folder)
        launch = Launch(python, free_port(), home)
        url = f"http://127.0.0.1:{launch.port}"
        say(f"{peer.title}: starting it on an empty folder")
        with watched(peer.command(launch), home / "log", peer.environment(launch)) as process:
            process.until(lambda: is_up(url + peer.health), _START_LIMIT_S)
            start_s = time.monotonic() - process.started_s
            say(f"{peer.title}: {load.span_count} spans, at most {LIMIT_S:.0f} s")
            orders = Orders(f"{url}/v1/traces", peer.headers, limit_s=LIMIT_S)
            sent = send(load.bodies, orders, home / "bodies")
            stored, stored_s = _stored(home / peer.database, process, sent, load.unique_count)
            answers = None
            if with_questions and peer.ask:
                say(f"{peer.title}: questions about {stored:,} spans")
                answers = peer.ask(url, home)
        acknowledged = load.span_count * len(sent.latencies_ms) // len(load.bodies)
        return PeerFigures(
            title=peer.title,
            version=version_of(peer),
            sent_spans=load.span_count,
            acknowledged_spans=acknowledged,
            stored_spans=stored,
            acknowledged_per_s=acknowledged / sent.seconds,
            stored_per_s=stored / stored_s,
            peak_bytes=process.peak_bytes,
            start_s=start_s,
            errors=sent.errors,
            answers=answers,
        )


def _stored(database: Path, process: Watched, sent: Sent, wanted: int) -> tuple[int, float]:
    """How many spans are in its database, and how long after the first was sent; all of them, or at the limit.

    Counted in the file and not through its API, to its advantage: the row may not be shown yet.
    """
    while True:
        stored = _rows(database)
        now_s = (time.time_ns() - sent.started_ns) / 1e9
        if stored >= wanted or now_s > LIMIT_S or not process.is_alive():
            return stored, now_s
        time.sleep(_POLL_S)


def _rows(database: Path) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        (count,) = connection.execute("select count(*) from spans").fetchone()
        return int(count)
