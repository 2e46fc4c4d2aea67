"""Batches of Langfuse's clients before OpenTelemetry: what a real client sent becomes the spans that it meant."""

import json
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from running import Server, settle
from sending import post

PATH = "/api/public/ingestion"
CAPTURES = Path(__file__).parent / "captures" / "langfuse-python-2.60.10"
JSON = {"content-type": "application/json"}
ROOT = 1  # a trace is shown as a span
# What tells of receiving, not of the span.
_VOLATILE = frozenset(("received", "project", "filled"))
_NUMBERS: Iterator[int] = count()


def batches(scenario: str) -> list[bytes]:
    """The requests of a scenario in the order in which they were sent."""
    found = sorted(CAPTURES.glob(f"{scenario}.api_public_ingestion*.bin"))
    return [one.read_bytes() for one in [found[-1], *found[:-1]]]


def sent(server: Server, bodies: Sequence[bytes], spans: int) -> list[dict[str, Any]]:
    """The spans of a project of their own, in order of their ids, once there are so many and none is open."""
    project = f"batches-{next(_NUMBERS)}"
    for body in bodies:
        status, _ = post(server.url, f"{PATH}?project={project}", body, JSON)
        assert status == 207
    listed = f"/api/v1/spans?project={project}&from=2026-01-01T00:00:00Z&limit=500&sort=start"

    settle(server)
    rows: list[dict[str, Any]] = server.get(listed)["spans"]
    assert [row["status"] != "open" for row in rows] == [True] * spans
    return [
        server.get(f"/api/v1/traces/{row['trace_id']}/spans/{row['span_id']}?project={project}")
        for row in sorted(rows, key=lambda row: str(row["span_id"]))
    ]


def of_kind(spans: Sequence[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(one for one in spans if one["kind"] == kind)


def batch_of(*events: dict[str, Any]) -> bytes:
    return json.dumps({"batch": events, "metadata": {"sdk_name": "python"}}).encode()


def event(number: int, kind: str, **body: object) -> dict[str, Any]:
    at = "2026-11-21T10:00:00.000Z"
    return {"id": f"e{number}", "type": kind, "timestamp": at, "body": body}


def test_a_call_and_its_answer_in_one_batch_are_one_finished_span(server: Server) -> None:
    spans = sent(server, batches("chat"), 1 + ROOT)
    call = of_kind(spans, "llm")
    root = next(one for one in spans if not one["parent_id"])

    assert (call["request_model"], call["response_model"]) == (
        "gpt-4o-mini",
        "gpt-4o-mini-2024-07-18",
    )
    assert (call["input_tokens"], call["output_tokens"], call["status"]) == (24, 9, "ok")
    assert "The capital of France is Paris." in json.dumps(call["output"])
    assert (call["environment"], call["release"]) == ("staging", "v1.2.3")
    assert call["total_cost"] is not None
    assert (root["name"], call["parent_id"]) == ("OpenAI-generation", root["span_id"])


def test_a_stream_knows_when_its_first_token_came(server: Server) -> None:
    call = of_kind(sent(server, batches("stream"), 1 + ROOT), "llm")

    assert (call["status"], call["streamed"]) == ("ok", True)
    assert call["ttft_ns"] == 14_003_000


def test_a_failed_call_has_its_error_and_no_answer(server: Server) -> None:
    call = of_kind(sent(server, batches("error_429"), 1 + ROOT), "llm")

    assert (call["status"], call["error_class"]) == ("error", "rate_limit")
    assert (call["request_model"], call["response_model"]) == ("gpt-4o-mini", "")


def test_a_trace_has_what_was_said_of_it_in_three_batches(server: Server) -> None:
    spans = sent(server, batches("rich"), 3 + ROOT)
    root = next(one for one in spans if not one["parent_id"])

    assert (root["name"], root["user_id"], root["session_id"]) == ("trip", "user-1", "sess-1")
    assert sorted(root["tags"]) == ["a", "b"]
    assert next(one for one in spans if one["name"] == "broken")["status"] == "error"


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 2, 0), (0, 1, 2, 0, 1, 2)], ids=str)
def test_batches_in_any_order_and_sent_twice_give_the_same_spans(
    server: Server, order: tuple[int, ...]
) -> None:
    bodies = batches("rich")

    expected = sent(server, bodies, 3 + ROOT)
    found = sent(server, [bodies[place] for place in order], 3 + ROOT)

    for one, other in zip(found, expected, strict=True):
        same = one.keys() - _VOLATILE
        assert {key: one[key] for key in same} == {key: other[key] for key in same}


def test_each_bad_event_is_named_and_its_neighbours_are_kept(server: Server) -> None:
    body = batch_of(
        event(1, "trace-create", id="t", name="order"),
        event(2, "score-create", id="s", traceId="t", name="quality"),
        event(3, "sdk-log", log="x"),
        event(4, "span-create", name="no id"),
        {"id": "e5", "type": "span-create", "body": {"id": "o", "traceId": "t"}},
        event(
            6, "tool-create", id="x" * 700, traceId="t", name="find", endTime="2026-11-21T10:00:01Z"
        ),
        event(7, "score-create", traceId="t", name="quality", value=1, dataType=[]),
    )

    status, answer = post(server.url, f"{PATH}?project=bad-events", body, JSON)
    said = json.loads(answer)

    assert status == 207
    assert said["successes"] == [{"id": f"e{one}", "status": 201} for one in (1, 3, 6)]
    assert [(one["id"], one["status"], one["error"]) for one in said["errors"]] == [
        ("e2", 400, "unreadable"),
        ("e4", 400, "bad_ids"),
        ("e5", 400, "no_time"),
        ("e7", 400, "unreadable"),
    ]


def test_a_body_that_is_no_batch_is_refused_in_the_clients_form(server: Server) -> None:
    status, answer = post(server.url, PATH, b'{"events":[]}', JSON)

    assert (status, json.loads(answer)["error"]) == (400, "bad_input")


def test_an_unknown_key_is_refused(server: Server) -> None:
    headers = {**JSON, "authorization": "Basic cGstbGYtMTpzay1sZi0x"}

    status, answer = post(server.url, PATH, batch_of(), headers)

    assert (status, json.loads(answer)["error"]) == (401, "not_authenticated")
