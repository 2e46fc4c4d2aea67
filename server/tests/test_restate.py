"""Spans that one server writes as OTLP and another receives: the same spans, whoever had sent them."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import orjson
import pytest

from clearspan_server.ingest.draft import Draft
from clearspan_server.ingest.restate import Stored, request_of
from clearspan_server.ingest.restored import FILLS, NAME, REPLACES, taken_from
from clearspan_server.model.span import STATUSES, Span
from conforming import captured, is_json
from restating import Sent, again, normal, stored_of


def clients() -> list[Any]:
    return [
        pytest.param(
            [
                (signal, "json" if is_json(body) else "protobuf", body)
                for signal, bodies in requests.items()
                for body in bodies
            ],
            id=f"{client}-{scenario}",
        )
        for client, scenario, requests in captured()
    ]


@pytest.mark.parametrize("requests", clients())
def test_a_captured_trace_comes_back_as_it_was_stored(requests: list[Sent]) -> None:
    stored = stored_of(requests)

    back = again(stored)

    assert list(map(normal, back)) == list(map(normal, stored))
    assert list(map(normal, again(back))) == list(map(normal, back))


START, END = 1_790_000_000_000_000_000, 1_790_000_001_000_000_000
EVERYTHING: dict[str, Any] = {
    "traceId": "1" * 32,
    "spanId": "2" * 16,
    "parentSpanId": "3" * 16,
    "traceState": "a=b",
    "flags": 0x302,
    "name": "everything",
    "kind": 3,
    "startTimeUnixNano": str(START),
    "endTimeUnixNano": str(END),
    "droppedAttributesCount": 3,
    "droppedEventsCount": 2,
    "droppedLinksCount": 1,
    "status": {"code": 2, "message": "it broke"},
    "events": [
        {
            "timeUnixNano": str(START + 1),
            "name": "an event",
            "attributes": [{"key": "n", "value": {"intValue": "7"}}],
            "droppedAttributesCount": 1,
        },
        {"timeUnixNano": "0", "name": ""},
    ],
    "links": [
        {
            "traceId": "4" * 32,
            "spanId": "5" * 16,
            "traceState": "c=d",
            "flags": 3,
            "attributes": [{"key": "why", "value": {"stringValue": "before"}}],
        }
    ],
    "attributes": [
        {"key": "text", "value": {"stringValue": "two\nlines"}},
        {"key": "nothing", "value": {}},
        {"key": "empty", "value": {"stringValue": ""}},
        {"key": "yes", "value": {"boolValue": True}},
        {"key": "most", "value": {"intValue": str(2**63 - 1)}},
        {"key": "more", "value": {"intValue": str(2**70)}},
        {"key": "half", "value": {"doubleValue": 0.5}},
        {"key": "one", "value": {"doubleValue": 1.0}},
        {"key": "none", "value": {"doubleValue": "NaN"}},
        {"key": "bytes", "value": {"bytesValue": "aGVsbG8="}},
        {"key": "list", "value": {"arrayValue": {"values": [{"intValue": "1"}, {}]}}},
        {
            "key": "object",
            "value": {"kvlistValue": {"values": [{"key": "a", "value": {"boolValue": False}}]}},
        },
        {"key": "user.id", "value": {"stringValue": "jo@example.com"}},
        {"key": "gen_ai.input.messages", "value": {"stringValue": "call jo@example.com"}},
    ],
}


def request(*spans: Any) -> list[Sent]:
    body = {
        "resourceSpans": [
            {
                "resource": {
                    "attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}],
                    "droppedAttributesCount": 4,
                },
                "schemaUrl": "https://example.com/resource",
                "scopeSpans": [
                    {
                        "scope": {
                            "name": "s",
                            "version": "1",
                            "attributes": [{"key": "x", "value": {"intValue": "1"}}],
                            "droppedAttributesCount": 5,
                        },
                        "schemaUrl": "https://example.com/scope",
                        "spans": spans,
                    }
                ],
            }
        ]
    }
    return [("traces", "json", orjson.dumps(body))]


def test_everything_that_otlp_can_say_comes_back_in_its_own_fields() -> None:
    stored = stored_of(request(EVERYTHING))

    said = request_of(stored)

    assert list(map(normal, again(stored))) == list(map(normal, stored))
    [group] = said["resourceSpans"]
    [scope] = group["scopeSpans"]
    [span] = scope["spans"]
    assert (group["schemaUrl"], group["resource"]["droppedAttributesCount"]) == (
        "https://example.com/resource",
        4,
    )
    assert scope["scope"]["attributes"] == [{"key": "x", "value": {"intValue": "1"}}]
    plain = ("kind", "status", "traceState", "flags", "droppedLinksCount", "links")
    assert {name: span[name] for name in plain} == {name: EVERYTHING[name] for name in plain}
    assert not {pair["key"] for pair in span["attributes"]} & {"otel.span.kind", "otel.status_code"}


def test_a_pseudonym_and_what_was_redacted_come_back() -> None:
    [stored] = stored_of(request(EVERYTHING))

    [back] = again([stored])

    assert back.span.user_id == stored.span.user_id
    assert back.span.user_id.startswith("redacted-")
    assert back.span.redactions == stored.span.redactions == {"email": 3}


def test_a_text_that_is_too_long_for_its_row_comes_back_whole() -> None:
    long = "many words " * 200_000
    sent = ("gen_ai.input.messages", "shop.basket")
    pairs = [{"key": key, "value": {"stringValue": long}} for key in sent]
    stored = stored_of(request(EVERYTHING | {"attributes": pairs}))

    back = again(stored)

    assert {"input", "attributes.shop.basket"} <= set(stored[0].wholes)
    assert list(map(normal, back)) == list(map(normal, stored))


def test_a_long_text_of_which_the_whole_is_gone_stays_as_it_was_cut() -> None:
    pairs = [{"key": "shop.basket", "value": {"stringValue": "many words " * 200_000}}]
    [stored] = stored_of(request(EVERYTHING | {"attributes": pairs}))

    [back] = again([Stored(stored.span, {})])

    assert back.span.attributes == stored.span.attributes
    assert back.span.truncated == ["attributes.shop.basket:2200002"]
    assert not back.wholes


def test_more_attributes_than_a_row_holds_come_back() -> None:
    pairs = [{"key": f"k{number}", "value": {"intValue": str(number)}} for number in range(400)]
    stored = stored_of(request(EVERYTHING | {"attributes": pairs}))

    back = again(stored)

    assert stored[0].span.attributes_overflow
    assert list(map(normal, back)) == list(map(normal, stored))


@pytest.mark.parametrize("status", STATUSES)
def test_a_span_that_goes_on_comes_back_as_it_stood(status: str) -> None:
    told = {"key": "clearspan.status", "value": {"stringValue": status}}
    is_open = status in ("open", "crashed")
    span = EVERYTHING | {"attributes": [told], "endTimeUnixNano": "0" if is_open else str(END)}
    stored = stored_of(request(span))
    if is_open:
        stored[0].span.status = "crashed" if status == "crashed" else "open"

    back = again(stored)

    assert list(map(normal, back)) == list(map(normal, stored))


@pytest.mark.parametrize(
    "told",
    [
        *("words", "[1]", "null", '{"kind": "planet"}', '{"input_tokens": -1}'),
        *('{"input_tokens": true}', '{"reported_cost": "1"}', '{"input": "", "tags": []}'),
        *('{"tags": "a"}', '{"usage_other": {"a": "b"}}', '{"sample_weight": 2}'),
        *('{"project": "other", "trace_id": "x", "total_cost": "1", "version": 1}',),
        *('{"attempt": 65536}', '{"name": 1, "streamed": "yes"}', '{"no such field": 1}'),
    ],
)
def test_what_is_told_badly_changes_nothing(told: str) -> None:
    pair = {"key": NAME, "value": {"stringValue": told}}
    attributes = [*EVERYTHING["attributes"], pair]

    [plain] = stored_of(request(EVERYTHING))
    [found] = stored_of(request(EVERYTHING | {"attributes": attributes}))

    same = normal(found)
    same["sent"].pop(NAME, None)
    same["dialect"] = plain.span.dialect  # what stays among the attributes is said in our words
    assert same == normal(plain)


def test_what_is_told_is_redacted_and_left_out_as_what_is_sent() -> None:
    told = '{"output": "write to jo@example.com", "tool_result": "jo@example.com"}'
    pair = {"key": NAME, "value": {"stringValue": told}}

    [found] = stored_of(request(EVERYTHING | {"attributes": [pair]}))

    assert found.span.output == "write to [redacted:email]"
    assert b"example.com" not in orjson.dumps(normal(found), default=str).replace(
        b"https://example.com", b""
    )


@pytest.mark.parametrize(
    "said",
    [
        {"redactions": {"sk-proj-Ab3dEf": 1}},  # a secret is no type of one
        {"redactions": {f"type_{number}": 1 for number in range(300)}},
        {"truncated": ["input:1\nSYSTEM: obey"]},
        {"truncated": ["x" * 3_000_000]},
        {"truncated": [f"attributes.a{number}:1" for number in range(20_000)]},
    ],
)
def test_what_only_a_server_says_is_taken_in_a_servers_words_alone(said: dict[str, Any]) -> None:
    nobody: Any = None
    told = taken_from(Draft(nobody, {NAME: orjson.dumps(said).decode()}, [], nobody, 0))

    assert told is not None
    assert told.fields == {}


def called(*told: Any, **changed: Any) -> list[Sent]:
    """A model call that says everything itself, and what is told beside it."""
    said = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.response.id": "resp-mine",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 500,
    }
    pairs = [
        {"key": key, "value": {"intValue" if isinstance(value, int) else "stringValue": str(value)}}
        for key, value in said.items()
    ]
    pairs += [{"key": NAME, "value": {"stringValue": orjson.dumps(one).decode()}} for one in told]
    return request(EVERYTHING | {"attributes": pairs} | changed)


@pytest.mark.parametrize(
    "told",
    [
        {"call_key": "stream of gpt-4o", "response_id": "resp-of-another"},
        {"dialect": "codex", "usage_source": "estimated", "sample_weight": 1e6},
        {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2, "usage_source": "inferred"},
        {"cache_read_tokens": 1001, "reasoning_tokens": 501},
        {"cache_read_tokens": 600, "cache_write_tokens": 600},
        {"provider": "local", "request_model": "free", "response_model": "free"},
        {"reported_cost": "0", "total_cost": "0", "counted": False, "is_deleted": True},
        {"status": "ok"},
        {"status": "crashed"},
        {"status": "open"},
        {"error_message": "", "error_type": "", "input": "", "output": ""},
        {"input_preview": "all is well", "output_preview": "all is well"},
        {"start_ns": 1, "end_ns": 2, "parent_id": "", "links": "", "version": 2**62},
    ],
    ids=lambda told: " ".join(told)[:40],
)
def test_what_a_call_was_used_and_cost_cannot_be_told_away(told: Any) -> None:
    [plain] = stored_of(called())

    [found] = stored_of(called(told))

    assert (plain.span.input_tokens, plain.span.status) == (1000, "error")
    assert normal(found) == normal(plain)


@pytest.mark.parametrize("told", ["crashed", "open", "ok"])
def test_a_span_that_has_ended_well_is_not_made_to_look_as_if_it_went_on(told: str) -> None:
    [found] = stored_of(called({"status": told, "error_class": "server"}, status={}, events=[]))

    assert (found.span.status, found.span.error_class) == ("ok", "")


def test_a_list_shows_what_a_span_holds() -> None:
    told = {"input": "send all money", "input_preview": "good morning"}

    [found] = stored_of(called(told))

    assert found.span.input_preview == found.span.input == "send all money"


def test_usage_that_nobody_explains_is_marked_as_such() -> None:
    told = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 3, "cache_read_tokens": 11}

    [found] = stored_of(request(EVERYTHING | {"attributes": called_bare(told)}))

    assert (found.span.input_tokens, found.span.cache_read_tokens) == (None, None)
    [found] = stored_of(request(EVERYTHING | {"attributes": called_bare({"output_tokens": 5})}))
    assert (found.span.output_tokens, found.span.usage_source) == (5, "inferred")


def called_bare(told: Any) -> list[Any]:
    return [{"key": NAME, "value": {"stringValue": orjson.dumps(told).decode()}}]


def test_an_estimate_of_what_was_redacted_since_comes_back() -> None:
    said = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.input.messages": conversation("user", "write to " + "jo@example.com, " * 20),
        "gen_ai.output.messages": conversation("assistant", "to " + "mary@example.com, " * 30),
    }
    pairs = [{"key": key, "value": {"stringValue": value}} for key, value in said.items()]
    sent = request(EVERYTHING | {"attributes": pairs, "status": {}, "events": []})
    stored = stored_of(sent)

    back = again(stored)

    assert stored[0].span.usage_source == "estimated"
    assert list(map(normal, back)) == list(map(normal, stored))


def conversation(role: str, text: str) -> str:
    return orjson.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}]).decode()


def test_what_lies_beside_another_span_is_not_read_by_naming_its_hash() -> None:
    told = {"truncated": [f"input:2000000:{'a' * 32}"]}

    [found] = stored_of(called(told))

    assert found.span.truncated == ["input:2000000"]


def test_the_contract_says_what_is_taken() -> None:
    page = Path(__file__).parents[2] / "sdk" / "WIRE.md"
    section = page.read_text("utf-8").split("### From an export")[1].split("\n## ")[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]

    said = [name for row in rows for name in re.findall(r"`(\w+)`", row[1])]

    assert len(said) == len(set(said))
    assert set(said) == FILLS | REPLACES | {"truncated", "redactions"}
    assert set(said) < {one.name for one in fields(Span)}
