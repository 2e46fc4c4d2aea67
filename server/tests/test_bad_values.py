"""Every row of the manual's table of bad values, by HTTP: the answer is the one that the manual gives."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from running import Server, until
from sending import post, put, request_of, span

MANUAL = Path(__file__).parents[2] / "docs" / "bad-input.md"
MIB = 1024 * 1024
SECOND_NS = 10**9
DAY_NS = 86_400 * SECOND_NS
MESSAGES = "gen_ai.input.messages"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
JSON = {"content-type": "application/json"}
PATH = "/v1/traces?project=bad-values"


@dataclass(slots=True)
class Sent:
    """A request with a bad span and a good one; what of the first is stored."""

    bad: Span
    replace: tuple[bytes, bytes] = (b"", b"")  # in the request's bytes: what no writer would write
    resource: dict[str, str] = field(default_factory=dict)

    def to(self, server: Server) -> tuple[str, Any]:
        """The reason of the rejection, or the stored span; the good one must have been stored."""
        good = span("good")
        body = request_of([self.bad, good], **self.resource).replace(*self.replace)
        status, answer = post(server.url, PATH, body)
        assert status == 200
        until(lambda: stored(server, good), 60)
        reason = ExportTraceServiceResponse.FromString(answer).partial_success.error_message
        return reason, None if reason else until(lambda: stored(server, self.bad), 60)


def stored(server: Server, one: Span) -> Any:
    """A span as the API gives it, None while it is not there."""
    path = f"/api/v1/traces/{one.trace_id.hex()}/spans/{one.span_id.hex()}?project=bad-values"
    try:
        return server.get(path)
    except OSError:
        return None


def kept(server: Server, attributes: dict[str, object], **resource: str) -> Any:
    """The stored span with these attributes."""
    reason, found = Sent(span("bad", attributes), resource=resource).to(server)
    assert reason == ""
    return found


def in_json(server: Server, **changes: Any) -> tuple[str, Any]:
    """The same with OTLP/JSON: some fields of the span are changed."""
    made = span("bad")
    sent: dict[str, Any] = {
        "traceId": made.trace_id.hex(),
        "spanId": made.span_id.hex(),
        "name": "bad",
        "startTimeUnixNano": str(made.start_time_unix_nano),
        "endTimeUnixNano": str(made.end_time_unix_nano),
    }
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [{**sent, **changes}]}]}]}
    status, answer = post(server.url, PATH, json.dumps(body).encode(), JSON)
    assert status == 200
    partial = json.loads(answer).get("partialSuccess", {})
    reason = str(partial.get("errorMessage", ""))
    return reason, None if reason else until(lambda: stored(server, made), 60)


def not_utf8(server: Server) -> None:
    _, found = Sent(span("br?ken"), (b"br?ken", b"br\xffken")).to(server)
    assert found["name"] == "br\ufffdken"
    assert found["truncated"] == ["name:invalid UTF-8, repaired"]


def surrogates(server: Server) -> None:
    _, found = in_json(server, name="lone \ud800")
    assert found["name"] == "lone \ufffd"
    assert found["truncated"] == ["name:invalid UTF-8, repaired"]


def nul(server: Server) -> None:
    assert kept(server, {"k": "a\0b"})["attributes"]["k"] == "a\0b"


def not_a_number(server: Server) -> None:
    found = kept(server, {INPUT_TOKENS: float("nan"), "k": float("-inf")})
    assert found["attributes"] == {INPUT_TOKENS: "NaN", "k": "-Infinity"}
    assert found["usage"]["input"] is None


def beyond_64_bits(server: Server) -> None:
    value = {"key": INPUT_TOKENS, "value": {"intValue": str(10**30)}}
    _, found = in_json(server, attributes=[value])
    assert found["attributes"][INPUT_TOKENS] == f'"{10**30}"'
    assert found["usage"]["input"] is None


def absurd_count(server: Server) -> None:
    found = kept(server, {INPUT_TOKENS: 10**13})
    assert found["attributes"][INPUT_TOKENS] == 10**13
    assert found["usage"]["input"] is None


def no_value(server: Server) -> None:
    pairs = [{"key": "a", "value": {}}, {"key": "b", "value": {"string_value": "x"}}]
    _, found = in_json(server, attributes=pairs)
    assert found["attributes"] == {"a": None, "b": None}


def twice(server: Server) -> None:
    made = span("bad", {"k": 1})
    put(made, "k", 2)
    assert Sent(made).to(server)[1]["attributes"]["k"] == 2


def long_attribute(server: Server) -> None:
    found = kept(server, {"k": "x" * 10_000_000})
    assert found["truncated"] == ["attributes.k:10000002"]
    assert MIB * 0.9 < len(found["attributes"]["k"]) <= MIB


def long_messages(server: Server) -> None:
    parts = [{"type": "text", "content": "x" * 10_000_000}, {"type": "text", "content": "after"}]
    text = json.dumps([{"role": "user", "parts": parts}])
    found = kept(server, {MESSAGES: text})
    assert found["truncated"] == [f"input:{len(text)}"]
    assert found["input_messages"][0]["parts"][1]["content"] == "after"


def long_name(server: Server) -> None:
    _, found = Sent(span("n" * 10_000_000)).to(server)
    assert found["truncated"] == ["name:10000000"]
    assert found["name"] == "n" * 16 * 1024


def long_key(server: Server) -> None:
    found = kept(server, {"k" * 10_000: 1})
    assert list(found["attributes"]) == ["k" * 4096]
    assert found["truncated"][0].endswith(":10000")


def long_resource(server: Server) -> None:
    found = kept(server, {}, k="x" * 10_000_000)
    assert found["truncated"] == ["resource.k:10000002"]


def many_attributes(server: Server) -> None:
    found = kept(server, {f"k{number}": number for number in range(100_000)})
    assert found["truncated"] == ["attributes_overflow:1475185"]
    assert found["attributes"]["k0"] == 0
    assert found["attributes"]["k300"] == 300


def deep(server: Server) -> None:
    made = span("bad")
    pair = made.attributes.add()
    pair.key, value = "k", pair.value
    for _ in range(29):
        value = value.kvlist_value.values.add().value
    value.string_value = "core"
    assert "core" in json.dumps(Sent(made).to(server)[1]["attributes"]["k"])
    nested: dict[str, Any] = {"stringValue": "core"}
    for _ in range(100):
        nested = {"arrayValue": {"values": [nested]}}
    _, found = in_json(server, attributes=[{"key": "k", "value": nested}])
    assert "core" in json.dumps(found["attributes"]["k"])


def many_events(server: Server) -> None:
    made = span("bad")
    for number in range(1_000):
        made.events.add(name=f"event {number}", time_unix_nano=made.start_time_unix_nano + number)
    events = Sent(made).to(server)[1]["events"]
    assert [event["name"] for event in events] == [f"event {number}" for number in range(1_000)]


def far_ahead(server: Server) -> None:
    made = span("bad")
    made.start_time_unix_nano += 2 * DAY_NS
    made.end_time_unix_nano += 2 * DAY_NS
    _, found = Sent(made).to(server)
    assert found["truncated"] == ["start_ns:more than a day ahead of the server's clock"]


def end_first(server: Server) -> None:
    made = span("bad")
    made.end_time_unix_nano = sent_ns = made.start_time_unix_nano - 5
    _, found = Sent(made).to(server)
    assert found["truncated"] == [f"end_ns:sent as {sent_ns}, before the start"]
    assert found["duration_ns"] == 0


def rejected(server: Server, says: str, **times: int) -> None:
    made = span("bad")
    for name, value in times.items():
        setattr(made, name, value)
    reason, _ = Sent(made).to(server)
    assert says in reason


def before_2000(server: Server) -> None:
    rejected(server, "before 2000", start_time_unix_nano=time.time_ns() // 10**6)


def after_2100(server: Server) -> None:
    rejected(server, "after 2100", end_time_unix_nano=2**64 - 1)


def no_start(server: Server) -> None:
    rejected(server, "no start time", start_time_unix_nano=0)


def bad_ids(server: Server) -> None:
    for trace_id in (b"short", bytes(16)):
        made = span("bad")
        made.trace_id = trace_id
        assert "trace id" in Sent(made).to(server)[0]
    assert "is not hex" in in_json(server, spanId="x" * 16)[0]


def other_type(server: Server) -> None:
    reason, _ = in_json(server, events="x")
    assert "resourceSpans[0].scopeSpans[0].spans[0]" in reason


def very_many_spans(server: Server) -> None:
    root = span("root")
    for _ in range(20):
        children = [span("c", trace_id=root.trace_id, parent=root.span_id) for _ in range(1_000)]
        assert post(server.url, PATH, request_of(children))[0] == 200
    post(server.url, PATH, request_of([root]))

    def all_there() -> bool:
        path = f"/api/v1/traces/{root.trace_id.hex()}?project=bad-values"
        try:
            return bool(server.get(path)["trace"]["span_count"] == 20_001)
        except OSError:
            return False

    until(all_there, 90)


# In the order of the manual's table, under the words of its first column.
ROWS: dict[str, Callable[[Server], None]] = {
    "text that is not UTF-8": not_utf8,
    "lone surrogates in JSON": surrogates,
    "NUL": nul,
    "NaN and infinities": not_a_number,
    "an integer beyond 64 bits": beyond_64_bits,
    "a count beyond 10¹²": absurd_count,
    "a value without a value, or of an unknown kind": no_value,
    "one key twice": twice,
    "an attribute of 10 MB": long_attribute,
    "messages of 10 MB": long_messages,
    "a name of 10 MB": long_name,
    "an attribute key of 10 kB": long_key,
    "a resource attribute of 10 MB": long_resource,
    "100 000 attributes": many_attributes,
    "values nested 100 deep": deep,
    "1 000 events": many_events,
    "a start more than a day ahead of our clock": far_ahead,
    "an end before the start": end_first,
    "a start before 2000": before_2000,
    "a time after 2100": after_2100,
    "no start": no_start,
    "ids of another length, not hex, all zero": bad_ids,
    "a part of another type than OTLP gives it, in JSON": other_type,
    "a trace of very many spans": very_many_spans,
}


def test_the_manual_tells_every_row_and_no_other() -> None:
    table = MANUAL.read_text(encoding="utf-8").partition("## Values of a span")[2]
    rows = [
        line.split("|")[1].strip()
        for line in table.partition("## Requests")[0].splitlines()
        if line.startswith("| ")
    ]

    assert rows[1:] == list(ROWS)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_of_the_manual_is_true(server: Server, row: str) -> None:
    ROWS[row](server)
