"""The writer: what the engine refuses is kept apart, what came before is counted, a drill passes without a loss."""

import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from clearspan_server.ingest.batches import MAX_MONTHS, by_months
from clearspan_server.ingest.duplicates import Seen, hashes
from drilling import Drill
from running import serving, until
from sending import post, request_of, span
from test_health import open_route

DRILL = "poisoned"


@pytest.fixture
def project() -> str:
    return f"p-{uuid.uuid4().hex}"


def send(drilled: Drill, project: str, *spans: Span) -> None:
    """Hand over spans in one request, which is acknowledged."""
    path = f"/v1/traces?project={project}"
    assert post(drilled.server.url, path, request_of(list(spans)))[0] == 200


def names(drilled: Drill, project: str) -> list[str]:
    """The names of all spans that the API lists."""
    rows = drilled.server.get(f"/api/v1/spans?project={project}&limit=500")["spans"]
    return sorted(one["name"] for one in rows)


def held_back(drilled: Drill, project: str) -> Any:
    """The quarantine."""
    return drilled.server.get(f"/api/v1/quarantine?project={project}")


def ledger(drilled: Drill, project: str) -> Any:
    return drilled.server.get(f"/api/v1/deliveries?project={project}")


def test_a_row_that_the_engine_refuses_is_quarantined_and_its_neighbours_are_stored(
    drilled: Drill, project: str
) -> None:
    drilled.begin(refuse_named=DRILL)
    spans = [span(f"good {number}") for number in range(5)]

    send(drilled, project, *spans[:2], span(DRILL), *spans[2:])

    until(lambda: len(names(drilled, project)) == 5)
    held: list[dict[str, Any]] = until(lambda: held_back(drilled, project)["rows"])
    assert [row["name"] for row in held] == [DRILL]
    assert "Code: 53" in held[0]["reason"]


def test_many_bad_rows_before_a_good_one_do_not_hold_it_back(drilled: Drill, project: str) -> None:
    drilled.begin(refuse_named=DRILL)
    spans = [*(span(DRILL) for _ in range(20)), span("good")]

    send(drilled, project, *spans)
    until(lambda: names(drilled, project) == ["good"])
    send(drilled, project, spans[0], spans[-1])  # its answer was lost
    totals = until(lambda: settled(drilled, project, received=23))

    assert (totals["stored"], totals["quarantined"], totals["duplicates"]) == (1, 21, 1)


def test_a_record_that_is_refused_twice_in_one_request_is_no_duplicate(
    drilled: Drill, project: str
) -> None:
    drilled.begin(refuse_named=DRILL)
    bad = span(DRILL)

    send(drilled, project, bad, bad, span("good"))
    totals = until(lambda: settled(drilled, project, received=3))

    assert (totals["stored"], totals["quarantined"], totals["duplicates"]) == (1, 2, 0)


def settled(drilled: Drill, project: str, received: int) -> Any:
    """The sums of the ledger once so much came and nothing waits; None before."""
    totals = ledger(drilled, project)["totals"]
    return totals if totals["received"] == received and not totals["waiting"] else None


def test_what_is_acknowledged_while_the_engine_is_down_is_stored_once_when_it_is_up(
    drilled: Drill, project: str
) -> None:
    drilled.begin(down=True)
    sent = [span(f"step {number}") for number in range(20)]
    for one in sent:
        send(drilled, project, one)
    send(drilled, project, *sent[:5])  # sent again: its answer was lost

    drilled.end()

    until(lambda: len(names(drilled, project)) == len(sent))
    assert names(drilled, project) == sorted(one.name for one in sent)


def test_an_engine_in_trouble_never_puts_rows_into_the_quarantine(
    drilled: Drill, project: str
) -> None:
    send(drilled, project, span("before"))
    until(lambda: names(drilled, project) == ["before"])
    drilled.begin(refuse_named="")  # also what it took before
    spans = [span(f"step {number}") for number in range(40)]
    send(drilled, project, *spans)
    until(lambda: "does not store" in open_route(drilled.server, "/readyz")[1])

    drilled.end()

    until(lambda: len(names(drilled, project)) == 1 + len(spans))
    assert held_back(drilled, project)["rows"] == []


def test_a_request_of_bad_rows_alone_does_not_hold_up_who_comes_after(
    drilled: Drill, project: str
) -> None:
    send(drilled, project, span("before"))
    until(lambda: names(drilled, project) == ["before"])
    drilled.begin(refuse_named=DRILL)

    send(drilled, project, *(span(DRILL) for _ in range(20)))
    until(lambda: held_back(drilled, project)["total"] == 20)
    send(drilled, project, span("innocent"))

    until(lambda: names(drilled, project) == ["before", "innocent"])


def test_a_record_is_known_from_before_and_from_earlier_in_its_batch() -> None:
    seen = Seen(size=4)
    first = np.array([1, 2, 2, 3], np.uint64)

    assert seen.add(first).tolist() == [False, False, True, False]
    assert seen.add(np.array([3, 4], np.uint64)).tolist() == [True, False]
    seen.forget(np.array([4], np.uint64))
    assert seen.add(np.array([3, 4], np.uint64)).tolist() == [True, False]


def test_equal_rows_have_equal_hashes_whatever_chunks_they_lie_in() -> None:
    ids = [f"{number:032x}" for number in range(100)]
    table = pa.table({"project": ["p"] * 100, "trace_id": ids})
    chunked = pa.concat_tables([table.slice(0, 37), table.slice(37)])

    made = hashes(table, ("project", "trace_id"))

    assert len(np.unique(made)) == 100
    assert (made == hashes(chunked, ("project", "trace_id"))).all()


def test_rows_of_many_months_are_inserted_in_groups_that_the_engine_takes() -> None:
    month_ns = 31 * 24 * 3_600 * 1_000_000_000
    table = pa.table({"start_ns": [number * month_ns for number in range(250)]})

    groups = list(by_months(table, "start_ns"))

    assert [len(group) for group in groups][:2] == [MAX_MONTHS, MAX_MONTHS]
    assert sorted(np.concatenate(groups).tolist()) == list(range(250))


def test_below_the_disk_watermark_senders_keep_what_they_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARSPAN_MIN_FREE_BYTES", str(2**62))

    with serving(tmp_path / "data") as server:
        status, body = post(server.url, "/v1/traces", request_of([span("waits outside")]))

    assert status == 429
    assert b"the disk has" in body


def test_the_ledger_tells_what_waits_while_the_engine_is_down(drilled: Drill, project: str) -> None:
    drilled.begin(down=True)
    send(drilled, project, span("one"), span("two"))

    told = ledger(drilled, project)

    assert told["engine"]["state"] != "ok"
    assert (told["totals"]["received"], told["totals"]["waiting"]) == (2, 2)
    drilled.end()
    until(lambda: ledger(drilled, project)["totals"]["stored"] == 2)
