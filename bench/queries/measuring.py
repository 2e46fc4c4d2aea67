"""A full server, asked by four clients while spans arrive."""

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.loads import make
from bench.processes import ROOT, Failed, watched
from bench.progress import say
from bench.queries.asking import LIMIT_S, Answers, ask, together
from bench.queries.browser import Views, look
from bench.queries.filling import PROJECT
from bench.queries.folder import copied, filled
from bench.queries.questions import KINDS, WITH_BAR, Asker
from bench.server import Server, serving

DEFAULT_SPANS = 1_000_000
ARRIVING_PER_S = 2_000
LOOK_S = 1.0

_ARRIVING_SPANS = 10_000
_BEFORE_S = (
    5.0  # spans arrive before anybody asks: the first batches, roll-ups and merges are under way
)


@dataclass(slots=True, frozen=True)
class QueryFigures:
    """What the clients heard, of how many spans, and how many arrived a second meanwhile."""

    spans: int
    arrived_per_s: float
    answers: Answers  # to clients without a pause
    looked_at: Answers  # to clients that look at each answer for `LOOK_S`
    peak_bytes: int
    views: Views | str


def run(span_count: int) -> QueryFigures:
    """All figures of one size.

    Raises:
        Failed: the folder could not be filled, the server not started, or a question was not answered.
    """
    folder, known = filled(span_count)
    with TemporaryDirectory(prefix="clearspan-bench-", dir=folder.parent) as name:
        home = Path(name)
        data = copied(folder, home / "data")
        with serving(data, home / "server.log") as server:
            say(f"queries: {known.spans:,} spans, and {ARRIVING_PER_S:,} a second more")
            begun_s, before = time.monotonic(), server.count(PROJECT)
            with _arriving(server, home):
                time.sleep(_BEFORE_S)
                asker = Asker(known, time.time_ns() // 1_000_000)
                others = tuple(kind for kind in KINDS if kind not in WITH_BAR)
                asked = []
                for kinds in (WITH_BAR, others):
                    say(f"queries: {', '.join(kinds)}, four clients, at most {LIMIT_S:.0f} s")
                    asked.append(ask(asker.questions(kinds), server.url, home, server.token))
                answers = together(asked)
                say(f"queries: the same, each answer looked at for {LOOK_S:g} s")
                looked_at = ask(
                    asker.questions(WITH_BAR), server.url, home, server.token, pause_s=LOOK_S
                )
                arrived = server.count(PROJECT) - before
                arrived_per_s = arrived / (time.monotonic() - begun_s)
            peak_bytes = server.process.peak_bytes
            if errors := answers.errors + looked_at.errors:
                raise Failed(f"{len(errors)} questions failed: {errors[0]}")
            say("queries: the first view of the pages")
            views = look(server, PROJECT, known.big_trace_id)
    return QueryFigures(known.spans, arrived_per_s, answers, looked_at, peak_bytes, views)


@contextmanager
def _arriving(server: Server, home: Path) -> Generator[None]:
    """Spans come in from a process of its own until the block ends."""
    load = make("realistic", _ARRIVING_SPANS)
    folder = home / "arriving"
    folder.mkdir()
    load.write(folder)
    requests_per_s = ARRIVING_PER_S * len(load.bodies) / load.span_count
    orders = server.orders(PROJECT, requests_per_s)
    command = [sys.executable, "-m", "bench.sender", str(folder), orders.url, "--renewed"]
    options = [f"--requests-per-s={requests_per_s}", f"--limit-s={4 * LIMIT_S}"]
    headers = [f"--header={name}={value}" for name, value in orders.headers.items()]
    environment = {"PYTHONPATH": str(ROOT)}
    with watched([*command, *options, *headers], home / "sender.log", environment):
        yield
