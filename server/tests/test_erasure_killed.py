"""An erasure of many spans that is killed on the way: the next start finishes it, and the receipt counts all of it."""

from pathlib import Path

import pytest

from asking import Client
from removing import done, held, send
from running import serving, start, until
from sampling import WHOLE
from sending import request_of, span

PERSON, OTHER = "person-Slartibartfast-99", "person-Agrajag-1"
TRACES, SPANS = 200, 100  # 20 000 spans of the person, and as many of another
# How far it is when the server is killed. Of these make test takes one: each writes the spans anew several times.
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


@pytest.mark.parametrize("share", SHARES)
def test_an_erasure_that_is_killed_is_finished_by_the_next_start(
    tmp_path: Path, share: float
) -> None:
    server = start(tmp_path / "data")
    ask = Client(server, "p")
    fill(ask)
    until(lambda: len(ask("GET", "/traces?limit=200")[1]["traces"]) == 200, 60)
    _, begun = ask("POST", "/erasures", {"by": "user", "value": PERSON})

    until(lambda: ask("GET", f"/erasures/{begun['id']}")[1]["progress"] >= share, 60)
    server.kill()
    with serving(tmp_path / "data") as again:
        found = done(Client(again, "p"), "erasures", begun, 120)

    assert (found["counts"]["traces"], found["counts"]["spans"]) == (TRACES, TRACES * SPANS)
    rows = held(tmp_path / "data")
    assert PERSON not in rows
    assert OTHER in rows
