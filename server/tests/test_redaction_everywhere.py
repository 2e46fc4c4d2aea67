"""Secrets that come in by every door and in every place, and are nowhere in the data folder afterwards."""

import gzip
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from asking import ask, bearer
from digging import found
from running import Server, settle, start
from sending import post, request_of, span

JSON = {"content-type": "application/json"}
MARK = "zq7leak"
POISON = "the engine refuses this"
TRACE, SPAN = "4b" * 16, "5c" * 8
CARD, CARD_NUMBER = "4539 1488 0343 6467", 5105105105105100
PHONE, IBAN = "+49 171 8765432", "DE89370400440532013000"
KEY = "sk-proj-" + f"{MARK}A1b2C3d4E5f6G7h8I9j0K1l2"
FIXED = (CARD, str(CARD_NUMBER), PHONE, IBAN, "8765432")
KNOWN_USER = f"{MARK}.known@leaks.example.org"
OF_USER = quote(f'user:"{KNOWN_USER}"')


class Seeds:
    """Addresses, each of one place alone, so that one that is found tells where it came in."""

    def __init__(self) -> None:
        self.places: list[str] = []

    def __call__(self, place: str) -> str:
        assert place not in self.places
        self.places.append(place)
        return f"{MARK}.{place}@leaks.example.org"


def attribute(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def spans_as_protobuf(seed: Seeds) -> bytes:
    request = ExportTraceServiceRequest.FromString(
        request_of([_full_span(seed)], service__name="shop", owner=seed("resource"))
    )
    scope = request.resource_spans[0].scope_spans[0]
    scope.scope.name, scope.scope.version = seed("scope"), seed("scope-version")
    scope.schema_url = f"https://user:{MARK}pass1@schemas.example.org/1"
    return request.SerializeToString()


def _full_span(seed: Seeds) -> Any:
    nested = json.dumps({"a": json.dumps({"b": [seed("nested")]})})
    escaped = json.dumps({"mail": seed("escaped")}).replace("@", "\\u0040")
    twice = json.dumps(
        {"inner": json.dumps({"mail": seed("escaped-twice")}).replace("@", "\\u0040")}
    )
    facts: dict[str, object] = {
        seed("key"): "x",
        "note": f"{seed('value')} {CARD} {PHONE} {IBAN} {KEY}",
        "card": CARD_NUMBER,
        "tags": [seed("list")],
        "nested": nested,
        "escaped": escaped,
        "twice": twice,
        "user.id": KNOWN_USER,
        "session.id": seed("session"),
        "customer.id": seed("customer"),
        "input.value": json.dumps({"question": seed("input")}),
        "output.value": seed("output"),
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": f"model of {seed('model')}",
        "gen_ai.input.messages": json.dumps(
            [{"role": "user", "parts": [{"type": "text", "content": seed("message")}]}]
        ),
        "gen_ai.tool.call.arguments": json.dumps({"to": seed("arguments")}),
        **{f"many.{number}": seed(f"many-{number}") for number in range(0, 300, 50)},
        **{f"few.{number}": number for number in range(300)},
        "long": "x " * 600_000 + seed("long"),
        "edge": "y" * (1024 * 1024 - 20) + " " + seed("edge"),
    }
    made = span(seed("name"), facts, trace_id=bytes.fromhex(TRACE))
    made.status.message = seed("status")
    made.status.code = Status.STATUS_CODE_ERROR
    event = made.events.add(name=seed("event"), time_unix_nano=time.time_ns())
    pair = event.attributes.add()
    pair.key, pair.value.string_value = "exception.message", seed("exception")
    link = made.links.add(trace_id=os.urandom(16), span_id=os.urandom(8))
    pair = link.attributes.add()
    pair.key, pair.value.string_value = "why", seed("link")
    return made


def spans_as_json(seed: Seeds, name: str, **more: Any) -> bytes:
    now = time.time_ns()
    made = {
        "traceId": TRACE,
        "spanId": os.urandom(8).hex(),
        "name": name,
        "startTimeUnixNano": str(now),
        "endTimeUnixNano": str(now + 1),
        "attributes": [attribute("note", seed(f"json-{len(seed.places)}"))],
        **more,
    }
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [made]}]}]}).encode()


def logs(seed: Seeds) -> bytes:
    now = str(time.time_ns())
    records = [
        {
            "timeUnixNano": now,
            "severityText": seed("severity"),
            "body": {"stringValue": f"login of {seed('log')} with {KEY}"},
            "attributes": [attribute("who", seed("log-attribute"))],
            "traceId": TRACE,
            "spanId": SPAN,
        },
        {
            "timeUnixNano": now,
            "eventName": "gen_ai.user.message",
            "body": {"kvlistValue": {"values": [attribute("content", seed("log-event"))]}},
            "traceId": TRACE,
            "spanId": SPAN,
        },
    ]
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode()


def metrics(seed: Seeds) -> bytes:
    point = {
        "timeUnixNano": str(time.time_ns()),
        "asDouble": 1.5,
        "attributes": [attribute(seed("label-name"), seed("label"))],
        "exemplars": [
            {
                "timeUnixNano": "1",
                "asDouble": 1.5,
                "filteredAttributes": [attribute("a", seed("exemplar"))],
            }
        ],
    }
    metric = {
        "name": f"by {seed('metric')}",
        "description": seed("description"),
        "unit": "1",
        "gauge": {"dataPoints": [point]},
    }
    return json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}).encode()


def langfuse(seed: Seeds) -> bytes:
    at = "2026-11-21T10:00:00.000Z"
    trace = {
        "id": "t1", "name": seed("lf-trace"), "userId": seed("lf-user"), "input": seed("lf-input"),
        "metadata": {"a": seed("lf-metadata")}, "tags": [seed("lf-tag")],
    }  # fmt: skip
    call = {
        "id": "g1", "traceId": "t1", "name": "call", "startTime": at, "endTime": at, "model": "m",
        "output": {"text": seed("lf-output")}, "statusMessage": seed("lf-status"), "level": "ERROR",
    }  # fmt: skip
    events = [
        ("trace-create", trace),
        ("generation-create", call),
        ("sdk-log", {"log": seed("lf-log")}),
    ]
    events += [(seed("lf-type"), {"id": seed("lf-id")})]
    batch = [
        {"id": f"e{at_}", "type": kind, "timestamp": at, "body": body}
        for at_, (kind, body) in enumerate(events)
    ]
    return json.dumps({"batch": batch}).encode()


def send_everything(server: Server, seed: Seeds) -> None:
    """By every door; what cannot be read is refused, and all the rest taken."""
    owner = bearer(server.token) | JSON
    url = server.url
    assert post(url, "/v1/traces", spans_as_protobuf(seed))[0] == 200
    assert post(url, "/v1/traces", spans_as_json(seed, seed("json-name")), JSON)[0] == 200
    ended = spans_as_json(
        seed,
        "open",
        attributes=[attribute("clearspan.state", "update"), attribute("q", seed("update"))],
    )
    assert (
        post(url, "/v1/traces", gzip.compress(ended), JSON | {"content-encoding": "gzip"})[0] == 200
    )
    with_ids = spans_as_json(seed, "bad", traceId=seed("bad-id"))
    assert post(url, "/v1/traces", with_ids, JSON)[0] == 200
    assert (
        post(url, "/v1/traces", spans_as_json(seed, f"{POISON} {seed('refused')}"), JSON)[0] == 200
    )
    assert post(url, "/v1/logs", logs(seed), JSON)[0] == 200
    assert post(url, "/v1/metrics", metrics(seed), JSON)[0] == 200
    assert post(url, "/api/public/ingestion", langfuse(seed), JSON)[0] == 207
    headers = JSON | {
        "user-agent": f"agent of {seed('agent')}",
        "clearspan-process": seed("process"),
    }
    assert post(url, "/v1/traces", spans_as_json(seed, "from"), headers)[0] == 200
    for body in (
        seed("broken").encode(),
        spans_as_json(seed, seed("half"))[:-9],
        b'{"a": "' + seed("alien").encode(),
    ):
        for path in ("/v1/traces", "/v1/logs", "/v1/metrics", "/api/public/ingestion"):
            assert 400 <= post(url, path, body, JSON)[0] < 500
    assert post(url, "/v1/traces", seed("not-protobuf").encode())[0] == 400
    assert (
        post(url, "/v1/traces", seed("zipped").encode(), JSON | {"content-encoding": "gzip"})[0]
        == 400
    )
    assert (
        post(url, "/v1/traces", seed("no-type").encode(), {"content-type": seed("type")})[0] == 415
    )
    score = {
        "id": "s1", "trace_id": TRACE, "name": f"of {seed('score')}", "value": seed("score-text"),
        "comment": seed("comment"), "type": "category", "session_id": seed("score-session"),
    }  # fmt: skip
    assert post(url, "/api/v1/scores", json.dumps(score).encode(), owner)[0] < 300
    said = {"text": f"ask {seed('said')}"}
    assert ask(server, "POST", f"/api/v1/traces/{TRACE}/comments", owner, said).status == 201
    assert (
        ask(server, "POST", "/api/v1/redaction/try", owner, {"text": seed("tried")}).status == 200
    )
    assert ask(server, "GET", f"/api/v1/{seed('path')}", owner).status == 404
    wrong = quote(f'nothing:"{seed("filter")}"')
    assert ask(server, "GET", f"/api/v1/traces?filter={wrong}", owner).status == 400
    with grpc.insecure_channel(server.grpc) as channel:
        export = TraceServiceStub(channel).Export  # type: ignore[no-untyped-call]  # generated code has no types
        export(ExportTraceServiceRequest.FromString(request_of([span(seed("grpc"))])), timeout=60)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Seeds]]:
    """A server to which everything was sent and that has stored it, its engine refusing one row."""
    folder = tmp_path_factory.mktemp("seeded")
    faults = folder.parent / "faults.json"
    faults.write_text(json.dumps({"refuse_named": POISON}), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "CLEARSPAN_FAULTS", str(faults))
        server = start(folder / "data")
    seed = Seeds()
    try:
        send_everything(server, seed)
        settle(server)
        assert server.get("/api/v1/quarantine")["total"] == 1
        yield server, seed
    finally:
        if server.process.poll() is None:
            server.kill()


def test_an_address_finds_the_user_that_it_became_a_hash_of(seeded: tuple[Server, Seeds]) -> None:
    server, _ = seeded

    [trace] = server.get(f"/api/v1/traces?filter={OF_USER}")["traces"]
    others = server.get(f"/api/v1/traces?filter=-{OF_USER}")["traces"]

    assert trace["trace_id"] == TRACE
    assert trace["user_id"].startswith("redacted-")
    assert TRACE not in {one["trace_id"] for one in others}


def test_what_was_masked_is_counted_by_day_and_type(seeded: tuple[Server, Seeds]) -> None:
    server, _ = seeded

    rows = server.get("/api/v1/redaction/masked")["masked"]

    types = Counter[str]()
    for row in rows:
        types[row["type"]] += row["count"]
    assert {"email", "card", "phone", "iban", "api_key"} <= types.keys()
    assert types["email"] > 30


def test_nothing_of_it_is_anywhere_in_the_folder(seeded: tuple[Server, Seeds]) -> None:
    server, seed = seeded

    assert server.stop() == 0

    held = found(server.data, (TRACE, "[redacted:email]", MARK, *FIXED))
    places = dict(held)
    assert len(seed.places) > 60
    assert {TRACE, "[redacted:email]"} <= places.keys()
    assert [one for one in held if one[0] not in (TRACE, "[redacted:email]")] == []
