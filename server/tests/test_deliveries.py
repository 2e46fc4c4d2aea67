"""The ledger: every record that was received is somewhere, also while it waits, after a refusal and a retry."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from drilling import Drill
from running import Server, serving, until
from sending import PROTOBUF, post, put, request_of, span

POISON = "poisonous"


def send(server: Server, project: str, *spans: Any, **headers: str) -> None:
    """Hand over spans in one request, which is acknowledged."""
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    given = PROTOBUF | {"x-clearspan-project": project} | extra
    status, _ = post(
        server.url, "/v1/traces", request_of(list(spans), service__name="bakery"), given
    )
    assert status == 200


def ledger(server: Server, project: str) -> Any:
    return server.get(f"/api/v1/deliveries?project={project}")


def open_and_ended() -> tuple[Any, Any]:
    """A span as our SDK announces it, and as it ends."""
    ended = span("slow")
    opened = type(ended)()
    opened.CopyFrom(ended)
    opened.end_time_unix_nano = 0
    put(opened, "clearspan.state", "open")
    return opened, ended


def ask(server: Server, path: str, body: object) -> Any:
    """Post JSON as the install's owner."""
    headers = {"authorization": f"Bearer {server.token}", "content-type": "application/json"}
    request = urllib.request.Request(
        server.url + path, json.dumps(body).encode(), headers, method="POST"
    )
    with urllib.request.urlopen(request, timeout=60) as reply:
        return json.loads(reply.read())


def adds_up(counts: Any) -> bool:
    parts = ("stored", "duplicates", "rejected", "quarantined", "waiting")
    return bool(counts["received"] == sum(counts[name] for name in parts))


def settled(server: Server, project: str) -> Any:
    """The ledger once nothing of the project waits any more."""

    def found() -> Any:
        given = ledger(server, project)
        return given if given["totals"]["received"] and not given["totals"]["waiting"] else None

    return until(found)


def test_what_is_stored_and_what_is_rejected_add_up_to_what_was_received(server: Server) -> None:
    send(server, "sums", span("kept"), span("lost", trace_id=bytes(16)))

    found = settled(server, "sums")

    assert found["totals"]["received"] == 2
    assert found["totals"]["stored"] == 1
    assert found["totals"]["rejected"] == 1
    assert [(row["reason"], row["count"]) for row in found["last_reasons"]] == [("bad_ids", 1)]
    [sender] = found["senders"]
    assert (sender["service"], sender["protocol"]) == ("bakery", "http/protobuf")
    assert sender["signals"] == ["traces"]
    assert sender["sent"] is None
    assert sender["lag_s"] >= 0


def test_a_batch_that_is_sent_again_is_a_duplicate(server: Server) -> None:
    one = span("twice")
    send(server, "again", one)
    send(server, "again", one)

    found = settled(server, "again")

    assert found["totals"]["stored"] == 1
    assert found["totals"]["duplicates"] == 1


@pytest.mark.parametrize("requests", [1, 2])
def test_an_open_span_and_its_end_are_two_records_and_no_duplicate(
    server: Server, requests: int
) -> None:
    opened, ended = open_and_ended()
    project = f"opened-{requests}"

    if requests == 1:
        send(server, project, opened, ended)
    else:  # one right after the other: one batch of the writer
        send(server, project, opened)
        send(server, project, ended)

    found = until(lambda: (one := settled(server, project))["totals"]["received"] == 2 and one)
    assert found["totals"]["stored"] == 2
    assert found["totals"]["duplicates"] == 0


def test_the_end_of_a_span_that_was_open_before_a_restart_is_no_duplicate(tmp_path: Path) -> None:
    opened, ended = open_and_ended()
    with serving(tmp_path) as server:
        send(server, "default", opened)
        until(lambda: server.get("/api/v1/traces")["traces"])
    with serving(tmp_path) as server:
        send(server, "default", ended)

        found = until(
            lambda: (one := settled(server, "default"))["totals"]["received"] == 2 and one
        )
        assert found["totals"]["duplicates"] == 0


def test_a_body_that_cannot_be_read_is_in_the_ledger(server: Server) -> None:
    status, _ = post(
        server.url, "/v1/traces", b"\xff\xff", PROTOBUF | {"x-clearspan-project": "broken"}
    )

    found = settled(server, "broken")

    assert status == 400
    assert found["totals"]["rejected"] == 1
    assert found["last_reasons"][0]["reason"] == "bad_input"


def test_what_our_sdk_sent_and_never_came_is_missing(server: Server) -> None:
    numbers = {"clearspan_process": "p-1", "clearspan_dropped": "4"}
    send(server, "gaps", span("a"), clearspan_seq="1", clearspan_sent="1", **numbers)
    send(server, "gaps", span("d"), clearspan_seq="3", clearspan_sent="4", **numbers)

    [sender] = settled(server, "gaps")["senders"]

    assert sender["process"] == "p-1"
    assert (sender["sent"], sender["received"]) == (4, 2)
    assert (sender["missing"], sender["lost_requests"], sender["dropped"]) == (2, 1, 4)


def test_connections_of_one_machine_are_one_sender(server: Server) -> None:
    for name in ("a", "b", "c"):  # a connection each
        send(server, "connections", span(name))

    [sender] = settled(server, "connections")["senders"]

    assert (sender["process"], sender["received"]) == ("127.0.0.1", 3)


def test_a_repeated_request_does_not_hide_a_missing_one(server: Server) -> None:
    numbers = {"clearspan_process": "p-2", "clearspan_dropped": "0"}
    one = span("a")
    send(server, "repeats", one, clearspan_seq="1", clearspan_sent="1", **numbers)
    send(server, "repeats", one, clearspan_seq="1", clearspan_sent="1", **numbers)
    send(server, "repeats", span("c"), clearspan_seq="3", clearspan_sent="3", **numbers)

    [sender] = settled(server, "repeats")["senders"]

    assert (sender["sent"], sender["received"], sender["missing"]) == (3, 3, 1)


def test_a_project_sees_its_own_ledger_alone(server: Server) -> None:
    send(server, "alone", span("mine"))

    found = settled(server, "alone")

    assert found["totals"]["received"] == 1
    assert ledger(server, "nobody")["totals"]["received"] == 0


def test_the_flow_holds_every_record_of_the_window(server: Server) -> None:
    send(server, "flow", span("a"), span("b"))

    found = settled(server, "flow")

    assert sum(point["received"] for point in found["flow"]) == 2
    assert sum(point["stored"] for point in found["flow"]) == 2
    assert 1 <= len(found["flow"]) <= 120


def test_while_the_engine_is_down_records_wait_and_the_ledger_adds_up(
    drilled: Drill,
) -> None:
    server = drilled.server
    send(server, "outage", span("before"))
    settled(server, "outage")
    drilled.begin(slow_ms=3000)
    send(server, "outage", span("during"))

    found = ledger(server, "outage")
    drilled.end()

    assert found["totals"]["received"] == 2
    assert adds_up(found["totals"])
    assert all(adds_up(sender) for sender in found["senders"])
    assert settled(server, "outage")["totals"]["stored"] == 2


def quarantined(server: Server, project: str) -> list[Any]:
    rows: list[Any] = until(lambda: server.get(f"/api/v1/quarantine?project={project}")["rows"])
    return rows


def test_a_quarantined_row_is_redriven_and_then_counts_as_stored(
    drilled: Drill,
) -> None:
    server = drilled.server
    drilled.begin(refuse_named=POISON)
    send(server, "healed", span("wholesome"), span(POISON))
    [row] = quarantined(server, "healed")
    before = settled(server, "healed")["totals"]

    again = ask(server, "/api/v1/quarantine/redrive", {"project": "healed", "ids": [row["id"]]})
    still = settled(server, "healed")["totals"]
    drilled.end()
    everything = {"project": "healed", "ids": None}
    until(lambda: ask(server, "/api/v1/quarantine/redrive", everything)["done"] == 1)
    after = settled(server, "healed")["totals"]

    assert "53" in row["reason"]
    assert (before["quarantined"], before["stored"]) == (1, 1)
    assert again == {"done": 0, "refused": 1}
    assert still == before | {"lag_s": still["lag_s"]}
    assert (after["received"], after["quarantined"], after["stored"]) == (2, 0, 2)


def test_a_discarded_row_counts_as_rejected(drilled: Drill) -> None:
    server = drilled.server
    drilled.begin(refuse_named=POISON)
    send(server, "thrown", span(POISON))
    [row] = quarantined(server, "thrown")
    settled(server, "thrown")

    detail = server.get(f"/api/v1/quarantine/{row['id']}?project=thrown")
    outcome = ask(server, "/api/v1/quarantine/discard", {"project": "thrown", "ids": [row["id"]]})

    found = settled(server, "thrown")
    assert detail["record"]["name"] == POISON
    assert outcome == {"done": 1, "refused": 0}
    assert (found["totals"]["quarantined"], found["totals"]["rejected"]) == (0, 1)
    assert [row["reason"] for row in found["last_reasons"]] == ["discarded"]
    assert server.get("/api/v1/quarantine?project=thrown") == {"rows": [], "total": 0}
