"""An erasure that is killed on the way: the next start finishes it, and the receipt counts all of it."""

import json
from pathlib import Path

import pytest

from asking import Client
from removing import done, held, send
from running import Server, serving, start, until
from sampling import WHOLE
from sending import request_of, span

PERSON, OTHER = "person-Slartibartfast-99", "person-Agrajag-1"
# Of make test-whole 20 000 spans of the person and as many of another; of make test few, which an engine that takes its
# time over each statement removes as slowly.
TRACES, SPANS, SLOW_MS = (200, 100, 0) if WHOLE else (10, 12, 100)
# How far it is when the server is killed.
SHARES = (0.0, 0.15, 0.3, 0.5, 0.8) if WHOLE else (0.3,)


def fill(ask: Client) -> None:
    """Traces of the person and of another, of which the root alone says whose it is."""
    for number in range(2 * TRACES):
        root = span("root", {"user.id": OTHER if number % 2 else PERSON})
        children = [
            span("step", {"input.value": "x" * 300}, trace_id=root.trace_id, parent=root.span_id)
            for _ in range(SPANS - 1)
        ]
        send(ask, "/v1/traces", request_of([root, *children]))


def kill_at(share: float, server: Server, ask: Client, begun: int) -> None:
    """Kill the server in the middle of what removes."""
    found = until(lambda: at_least(share, ask, begun), 60)
    assert found["state"] == "running"
    server.kill()


def at_least(share: float, ask: Client, begun: int) -> dict[str, object] | None:
    found: dict[str, object] = ask("GET", f"/erasures/{begun}")[1]
    return found if float(str(found["progress"])) >= share else None


@pytest.mark.parametrize("share", SHARES)
def test_an_erasure_that_is_killed_is_finished_by_the_next_start(
    tmp_path: Path, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = tmp_path / "faults.json"
    monkeypatch.setenv("CLEARSPAN_FAULTS", str(faults))
    server = start(tmp_path / "data")
    ask = Client(server, "p")
    fill(ask)
    listed = min(2 * TRACES, 200)
    until(lambda: len(ask("GET", "/traces?limit=200")[1]["traces"]) == listed, 60)
    faults.write_text(json.dumps({"slow_ms": SLOW_MS}), encoding="utf-8")
    _, begun = ask("POST", "/erasures", {"by": "user", "value": PERSON})

    kill_at(share, server, ask, begun["id"])
    faults.unlink()
    with serving(tmp_path / "data") as again:
        found = done(Client(again, "p"), "erasures", begun, 120)

    assert (found["counts"]["traces"], found["counts"]["spans"]) == (TRACES, TRACES * SPANS)
    rows = held(tmp_path / "data")
    assert PERSON not in rows
    assert OTHER in rows
