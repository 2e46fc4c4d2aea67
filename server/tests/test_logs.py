"""Log records over HTTP: sent, listed, filtered, counted, shown whole, and told to the live feed."""

import json
import time
from typing import Any
from urllib.parse import quote

import pytest

from asking import ask, bearer, make_key
from clearspan_server.api.window import rfc3339
from running import Server, settle
from sending import post, request_of, span
from test_live import listening

JSON = {"content-type": "application/json"}
TRACE, OTHER = "a" * 32, "b" * 32
CALL, TOOL = "1" * 16, "2" * 16
NOW_NS = time.time_ns() - 60_000_000_000
LINES: tuple[dict[str, Any], ...] = (
    {"body": "payment took 812 ms", "severityText": "INFO"},
    {"body": "cannot reach search_orders\nafter 3 attempts", "severityNumber": 17, "span": CALL},
    {"body": {"event": "retry", "attempt": 2}, "severityNumber": 13, "span": CALL},
    {"body": "cart is empty", "severityNumber": 9, "span": TOOL},
    {"body": "worker started", "trace": "", "service": "worker", "logger": "app.jobs"},
    {"eventName": "app.checkout", "trace": OTHER, "attributes": {"app.total": 41.5}},
)


def record_of(line: dict[str, Any], at_ns: int) -> dict[str, Any]:
    """A log record in OTLP/JSON."""
    record: dict[str, Any] = {
        "timeUnixNano": str(at_ns),
        "traceId": line.get("trace", TRACE),
        "spanId": line.get("span", ""),
        "attributes": [
            {"key": key, "value": {"doubleValue": value}}
            for key, value in line.get("attributes", {}).items()
        ],
    }
    body = line.get("body")
    if isinstance(body, str):
        record["body"] = {"stringValue": body}
    elif body is not None:
        held = [{"key": key, "value": {"stringValue": str(one)}} for key, one in body.items()]
        record["body"] = {"kvlistValue": {"values": held}}
    named = {
        name: line[name] for name in ("severityNumber", "severityText", "eventName") if name in line
    }
    return record | named


def body_of(*lines: dict[str, Any], start_ns: int = NOW_NS) -> bytes:
    """A request with the lines, a second apart."""
    groups = [
        {
            "resource": {
                "attributes": [
                    {"key": "service.name", "value": {"stringValue": line.get("service", "shop")}},
                    {"key": "deployment.environment", "value": {"stringValue": "production"}},
                ]
            },
            "scopeLogs": [
                {
                    "scope": {"name": line.get("logger", "app.payments")},
                    "logRecords": [record_of(line, start_ns + number * 1_000_000_000)],
                }
            ],
        }
        for number, line in enumerate(lines)
    ]
    return json.dumps({"resourceLogs": groups}).encode()


@pytest.fixture(scope="module")
def shop(server: Server) -> Server:
    """A server with the lines in the project `logs`, twice."""
    call = span("chat gpt-4o", {"gen_ai.request.model": "gpt-4o"}, trace_id=bytes.fromhex(TRACE))
    assert post(server.url, "/v1/traces?project=logs", request_of([call]))[0] == 200
    for _ in range(2):
        assert post(server.url, "/v1/logs?project=logs", body_of(*LINES), JSON)[0] == 200
    settle(server)
    assert len(listed(server)) == len(LINES)
    return server


def listed(server: Server, **asked: str) -> list[dict[str, Any]]:
    """The log records of a question, the newest first."""
    return list(page_of(server, **asked)["logs"])


def page_of(server: Server, **asked: str) -> Any:
    query = "&".join(f"{name}={quote(value)}" for name, value in asked.items())
    return server.get(f"/api/v1/logs?project=logs&{query}")


def test_records_are_listed_newest_first_each_once(shop: Server) -> None:
    rows = listed(shop)

    assert [row["message"] or row["event_name"] for row in rows] == [
        "app.checkout",
        "worker started",
        "cart is empty",
        '{"event":"retry","attempt":"2"}',
        "cannot reach search_orders\nafter 3 attempts",
        "payment took 812 ms",
    ]
    assert [row["severity"] for row in rows] == ["", "", "info", "warn", "error", "info"]
    assert rows[4] | {"id": ""} == {
        "id": "",
        "time": rfc3339(NOW_NS + 1_000_000_000),
        "severity": "error",
        "severity_text": "",
        "event_name": "",
        "message": "cannot reach search_orders\nafter 3 attempts",
        "service": "shop",
        "environment": "production",
        "logger": "app.payments",
        "trace_id": TRACE,
        "span_id": CALL,
    }


@pytest.mark.parametrize(
    ("filter", "count"),
    [
        ("severity>=warn", 2),
        ("severity:error", 1),
        ("level:warning", 1),
        ("-has:severity", 2),
        ("orders", 1),
        ('"search_orders after 3"', 1),
        ("body:attempt*", 2),
        ("logger:app.jobs", 1),
        ("event:app.checkout", 1),
        ('attr["app.total"]>41', 1),
        ('has:attr["app.total"]', 1),
        ('resource["service.name"]:worker', 1),
        ("service:worker OR severity:info", 3),
        (f"trace:{OTHER}", 1),
        (f"span:{CALL}", 2),
        ("env:production -env:dev", 6),
        # What a record has not is asked of its trace.
        ("model:gpt-4o", 4),
        ("model:gpt-4o severity:error", 1),
        ("trace.status:ok severity:info", 2),
    ],
)
def test_one_language_filters_them(shop: Server, filter: str, count: int) -> None:
    assert len(listed(shop, filter=filter)) == count


def test_a_trace_is_found_by_what_it_logged(shop: Server) -> None:
    def traces(filter: str) -> int:
        asked = quote(filter)
        return len(shop.get(f"/api/v1/traces?project=logs&filter={asked}")["traces"])

    assert (traces("severity>=error"), traces("severity:fatal"), traces("-severity:fatal")) == (
        1,
        0,
        1,
    )
    assert traces("logger:app.payments model:gpt-4o") == 1


def test_a_trace_and_a_span_have_their_records_whenever_they_were(shop: Server) -> None:
    of_trace, of_span = listed(shop, trace_id=TRACE), listed(shop, trace_id=TRACE, span_id=TOOL)

    assert (len(of_trace), [row["message"] for row in of_span]) == (4, ["cart is empty"])


def test_pages_join_without_a_gap(shop: Server) -> None:
    found, cursor = [], ""
    while True:
        page = page_of(shop, limit="2", cursor=cursor)
        found += page["logs"]
        cursor = page["next_cursor"] or ""
        if not cursor:
            break

    assert found == listed(shop)


def test_counts_are_known_without_bodies(shop: Server) -> None:
    counts = shop.get(f"/api/v1/logs/counts?project=logs&trace_id={TRACE}")

    assert counts == {
        "logs": 4,
        "spans": [
            {"span_id": CALL, "logs": 2, "severity": "error"},
            {"span_id": "", "logs": 1, "severity": "info"},
            {"span_id": TOOL, "logs": 1, "severity": "info"},
        ],
    }


def test_one_record_is_shown_whole(shop: Server) -> None:
    rows = listed(shop)

    checkout = shop.get(f"/api/v1/logs/{rows[0]['id']}?project=logs")
    retry = shop.get(f"/api/v1/logs/{rows[3]['id']}?project=logs")

    assert (checkout["attributes"], checkout["body"]) == ({"app.total": 41.5}, None)
    assert checkout["resource"]["service.name"] == "shop"
    assert retry["body"] == {"event": "retry", "attempt": "2"}


def test_the_values_of_a_logger_are_offered(shop: Server) -> None:
    found = shop.get("/api/v1/values/logger?project=logs")["values"]

    assert {one["value"] for one in found} == {"app.payments", "app.jobs"}


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/logs?filter=severity:loud", 400, "loud is not a severity"),
        ("/logs?filter=span.severity:warn", 400, "a log record has it"),
        ("/logs?cursor=x", 400, "cursor"),
        ("/logs?trace_id=xyz", 400, "trace_id"),
        ("/logs?limit=501", 400, "limit"),
        ("/logs/counts", 400, "trace_id"),
        ("/logs/1-2", 404, "no log record"),
        (f"/logs/{10**18}-{'0' * 16}", 404, "no log record"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_why(
    shop: Server, path: str, status: int, says: str
) -> None:
    answer = ask(shop, "GET", f"/api/v1{path}", bearer(shop.token))

    assert answer.status == status
    assert says in json.dumps(answer.body)


def test_a_key_of_another_project_sees_none_of_them(shop: Server) -> None:
    key = bearer(make_key(shop, "elsewhere", "read"))
    [first, *_] = listed(shop)

    assert ask(shop, "GET", "/api/v1/logs", key).body["logs"] == []
    assert ask(shop, "GET", f"/api/v1/logs/{first['id']}", key).status == 404
    assert ask(shop, "GET", f"/api/v1/logs/counts?trace_id={TRACE}", key).body["logs"] == 0


def test_the_feed_tells_that_logs_came_and_of_which_traces(server: Server) -> None:
    with listening(server, "log-feed") as feed:
        lines = body_of(LINES[4], LINES[5], start_ns=time.time_ns())
        assert post(server.url, "/v1/logs?project=log-feed", lines, JSON)[0] == 200

        event = next(feed)

    assert event["event"] == "logs"
    assert json.loads(event["data"]) == {"project": "log-feed", "trace_ids": [OTHER]}
    assert int(event["id"]) > 0
