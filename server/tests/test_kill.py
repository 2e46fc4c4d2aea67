"""Contract 1: what was acknowledged is there after `kill -9`, exactly once."""

import http.client
import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from running import Server, start, until
from sampling import WHOLE
from sending import post, request_of, span

KILLS = 20 if WHOLE else 4
SENDERS = 3
SPANS_A_REQUEST = 32
SCORE = b'{"id": "the-score", "name": "helpful", "value": 1, "session_id": "s-1"}'
JSON = {"content-type": "application/json"}

# The folder is opened without the server, so that no query of ours can hide a double row.
COUNT_ROWS = """
import sys
from pathlib import Path
from clearspan_server.store.engine import Engine
engine = Engine(Path(sys.argv[1]))
for table, key in (("spans", "span_id"), ("scores", "score_id")):
    for row in engine.query(f"select {key} as id, count() as n from {table} group by id"):
        print(row["id"], row["n"])
"""


class Sender:
    """A thread that posts spans of its own and remembers which were acknowledged."""

    def __init__(self, url: str) -> None:
        self.acknowledged: set[str] = set()
        self._url = url
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _send(self) -> None:
        while not self._stop.is_set():
            spans = [span("work", {"input.value": "x" * 500}) for _ in range(SPANS_A_REQUEST)]
            try:
                status, _ = post(self._url, "/v1/traces", request_of(spans))
            except (OSError, http.client.HTTPException):
                return  # killed before the answer: nothing was promised
            if status == 200:
                self.acknowledged |= {one.span_id.hex() for one in spans}


def test_kills_lose_nothing_that_was_acknowledged_and_store_nothing_twice(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    chance = random.Random(7)
    acknowledged: set[str] = set()

    for _ in range(KILLS):
        server = start(data)
        senders = [Sender(server.url) for _ in range(SENDERS)]
        until(lambda: any(sender.acknowledged for sender in senders))  # noqa: B023 - waited for here
        time.sleep(chance.uniform(0.0, 1.4))  # the moment of the kill is the point of this test
        server.kill()
        for sender in senders:
            sender.stop()
            acknowledged |= sender.acknowledged
    server = start(data)
    until(lambda: visible_spans(server) >= len(acknowledged), 180)
    assert server.stop() == 0
    rows = stored_rows(data)

    assert len(acknowledged) >= KILLS * SPANS_A_REQUEST
    assert acknowledged <= set(rows)
    assert [span_id for span_id, count in rows.items() if count != 1] == []


def test_a_kill_between_insert_and_its_note_in_the_journal_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, faults = tmp_path / "data", tmp_path / "faults.json"
    monkeypatch.setenv("CLEARSPAN_FAULTS", str(faults))
    monkeypatch.setenv("CLEARSPAN_BATCH_AGE_MS", "50")
    server = start(data)
    first, *rest = [span("once") for _ in range(SPANS_A_REQUEST)]
    post(server.url, "/v1/traces", request_of([first]))
    until(lambda: visible_spans(server) == 1)
    faults.write_text(json.dumps({"down": True}))
    assert post(server.url, "/v1/traces", request_of(rest))[0] == 200
    assert post(server.url, "/api/v1/scores", SCORE, JSON)[0] == 200
    with closing(sqlite3.connect(data / "journal" / "state.db", isolation_level=None)) as state:
        until(lambda: state.execute("select token from batch").fetchall())
        state.execute("begin immediate")  # the writer can insert, and not note that it did
        faults.write_text("{}")
        until(lambda: "locked" in server.get("/api/v1/deliveries")["writer"]["trouble"])
        server.kill()
        state.execute("rollback")
        assert state.execute("select count(*) from batch").fetchone() == (1,)

    again = start(data)
    with closing(sqlite3.connect(data / "journal" / "state.db")) as state:
        until(lambda: state.execute("select count(*) from batch").fetchone() == (0,))
    until(lambda: again.get("/api/v1/deliveries")["totals"]["stored"] > SPANS_A_REQUEST)
    totals = again.get("/api/v1/deliveries")["totals"]
    scores = again.get("/api/v1/scores")["scores"]
    assert again.stop() == 0

    assert set(stored_rows(data).values()) == {1}
    assert len(stored_rows(data)) == SPANS_A_REQUEST + 1
    assert [score["id"] for score in scores] == ["the-score"]
    assert (totals["received"], totals["stored"], totals["duplicates"]) == (
        SPANS_A_REQUEST + 1,
        SPANS_A_REQUEST + 1,
        0,
    )


def visible_spans(server: Server) -> int:
    return int(server.get("/api/v1/overview")["totals"]["spans"])


def stored_rows(data: Path) -> dict[str, int]:
    """How often each id of a span or a score is stored."""
    command = [sys.executable, "-c", COUNT_ROWS, str(data / "engine")]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {key: int(count) for key, count in (line.split() for line in printed.splitlines())}
