"""OTLP/JSON as its senders write it: every form of a value that exists is read, and what is unknown is ignored."""

import json
from typing import Any

import pytest

from clearspan_server.ingest.decode_traces import decode_json
from clearspan_server.ingest.draft import Decoded, Draft, Value

SPAN: dict[str, Any] = {
    "traceId": "0AF7651916CD43DD8448EB211C80319C",
    "spanId": "B7AD6B7169203331",
    "name": "s",
    "startTimeUnixNano": "1790000000000000000",
    "endTimeUnixNano": "1790000001000000000",
}
SECOND_NS = 10**9


def decoded(*spans: dict[str, Any], **group: Any) -> Decoded:
    """What a request with these spans becomes; `group` is of the resource's group."""
    scope = {"scope": group.pop("scope", {}), "schemaUrl": group.pop("scope_schema", "")}
    body = {"resourceSpans": [{**group, "scopeSpans": [{**scope, "spans": spans}]}]}
    return decode_json(json.dumps(body).encode("utf-8", "surrogatepass"), "p")


def one(**changes: Any) -> Draft:
    """The only span of a request, changed in some fields."""
    found = decoded({**SPAN, **changes})
    assert found.rejected == []
    return found.drafts[0]


def value_of(held: Any) -> Value:
    """The value of an attribute written like this."""
    return one(attributes=[{"key": "k", "value": held}]).attributes["k"]


@pytest.mark.parametrize(
    ("held", "meant"),
    [
        ({}, None),
        (None, None),
        ({"stringValue": ""}, ""),
        ({"stringValue": None}, None),
        ({"boolValue": False}, False),
        ({"boolValue": "true"}, True),
        ({"intValue": "-9223372036854775808"}, -(2**63)),
        ({"intValue": 7}, 7),
        ({"intValue": {"low": -1, "high": 0, "unsigned": False}}, 2**32 - 1),
        ({"intValue": {"low": -2, "high": -1, "unsigned": False}}, -2),
        ({"intValue": 10**30}, "1e+30"),
        ({"doubleValue": 1}, 1.0),
        ({"doubleValue": "0.5"}, 0.5),
        ({"doubleValue": None}, None),
        ({"doubleValue": "NaN"}, "NaN"),
        ({"doubleValue": float("nan")}, "NaN"),
        ({"doubleValue": float("-inf")}, "-Infinity"),
        ({"bytesValue": "AAEC"}, "AAEC"),
        ({"arrayValue": {}}, []),
        ({"arrayValue": None}, []),
        ({"arrayValue": {"values": [{"intValue": 1}, {"stringValue": "a"}, {}]}}, [1, "a", None]),
        ({"kvlistValue": {"values": [{"key": "a", "value": {"intValue": 1}}]}}, {"a": 1}),
        ({"string_value": "snake case is no OTLP/JSON"}, None),
        ({"fromTheFuture": 1, "stringValue": "known"}, "known"),
    ],
)
def test_a_value_is_read_in_every_form_that_senders_write(held: Any, meant: Value) -> None:
    assert value_of(held) == meant


def test_ids_are_hex_of_either_case_and_kept_in_lower_case() -> None:
    span = one(parentSpanId="00F067AA0BA902B7").span

    assert span.trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert (span.span_id, span.parent_id) == ("b7ad6b7169203331", "00f067aa0ba902b7")


@pytest.mark.parametrize("parent", [None, "", "0" * 16])
def test_a_root_is_written_in_three_ways(parent: str | None) -> None:
    assert one(parentSpanId=parent).span.parent_id == ""


@pytest.mark.parametrize("start", ["1790000000000000000", 1790000000000000000])
def test_times_come_as_text_and_as_numbers(start: object) -> None:
    span = one(startTimeUnixNano=start).span

    assert span.start_ns == 1790000000 * SECOND_NS
    assert span.end_ns == 1790000001 * SECOND_NS


def test_a_time_comes_as_the_two_halves_that_javascript_splits_it_into() -> None:
    start_ns = 1790000000 * SECOND_NS
    low = start_ns & 0xFFFFFFFF
    halves = {"low": low - 2**32 if low >= 2**31 else low, "high": start_ns >> 32, "unsigned": True}

    assert one(startTimeUnixNano=halves).span.start_ns == start_ns


@pytest.mark.parametrize("code", [2, "2", "STATUS_CODE_ERROR"])
@pytest.mark.parametrize("kind", [3, "3", "SPAN_KIND_CLIENT"])
def test_enums_come_as_numbers_and_as_names(code: object, kind: object) -> None:
    draft = one(status={"code": code}, kind=kind)

    assert draft.otel_status == 2
    assert draft.attributes == {"otel.span.kind": "client", "otel.status_code": "ERROR"}


def test_keys_that_nobody_knows_are_ignored() -> None:
    draft = one(fromTheFuture={"a": [1]}, start_time_unix_nano="1", attributes=[])

    assert draft.attributes == {}


def test_what_a_span_has_no_field_for_stays_among_its_attributes() -> None:
    draft = one(
        kind=2,
        traceState="vendor=1",
        flags=0x103,
        status={"code": 1, "message": "fine"},
        droppedAttributesCount=1,
        droppedEventsCount="2",
        droppedLinksCount=3,
        events=[{"name": "e", "timeUnixNano": "1", "droppedAttributesCount": 4}],
        links=[{"traceId": "AB", "spanId": "CD", "traceState": "x=y"}],
    )

    assert draft.attributes == {
        "otel.span.kind": "server",
        "otel.status_code": "OK",
        "otel.status_description": "fine",
        "otel.trace_flags": 3,
        "otel.trace_state": "vendor=1",
        "otel.dropped_attributes_count": 1,
        "otel.dropped_events_count": 2,
        "otel.dropped_links_count": 3,
    }
    assert draft.events[0].attributes == {"otel.dropped_attributes_count": 4}
    assert json.loads(draft.span.links) == [
        {"trace_id": "ab", "span_id": "cd", "attributes": {"otel.trace_state": "x=y"}}
    ]


def test_schemas_and_the_scopes_own_attributes_stay_with_the_resource() -> None:
    origin = (
        decoded(
            SPAN,
            resource={"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
            schemaUrl="https://schema.example/1",
            scope={"name": "lib", "attributes": [{"key": "a", "value": {"boolValue": True}}]},
            scope_schema="https://schema.example/2",
        )
        .drafts[0]
        .origin
    )

    assert origin.scope_name == "lib"
    assert origin.resource == {
        "service.name": "shop",
        "otel.resource.schema_url": "https://schema.example/1",
        "otel.scope.a": True,
        "otel.scope.schema_url": "https://schema.example/2",
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"traceId": None}, "bad_ids"),
        ({"traceId": "0" * 32}, "bad_ids"),
        ({"traceId": "ab" * 15}, "bad_ids"),
        ({"spanId": "no hexadecimal.."}, "bad_ids"),
        ({"spanId": "٣" * 16}, "bad_ids"),
        ({"parentSpanId": "abcd"}, "bad_ids"),
        ({"startTimeUnixNano": None}, "no_time"),
        ({"startTimeUnixNano": "yesterday"}, "unreadable"),
        ({"startTimeUnixNano": "1790000000000"}, "bad_time"),
        ({"startTimeUnixNano": str(2**64)}, "bad_time"),
        ({"endTimeUnixNano": str(2**64)}, "bad_time"),
        ({"attributes": "x"}, "unreadable"),
        ({"attributes": ["x"]}, "unreadable"),
        ({"status": "x"}, "unreadable"),
    ],
)
def test_a_span_that_cannot_be_taken_is_rejected_alone_with_a_code(
    changes: dict[str, Any], code: str
) -> None:
    found = decoded({**SPAN, **changes}, SPAN)

    assert [rejected.code for rejected in found.rejected] == [code]
    assert len(found.drafts) == 1


def test_text_that_is_no_unicode_is_repaired_and_its_span_marked_alone() -> None:
    found = decoded({**SPAN, "name": "lone \ud800 surrogate"}, SPAN)

    assert found.drafts[0].span.name == "lone \ufffd surrogate"
    assert found.drafts[0].span.truncated == ["name:invalid UTF-8, repaired"]
    assert found.drafts[1].span.truncated == []


def test_bytes_that_are_no_utf8_control_characters_and_a_byte_order_mark_sink_nothing() -> None:
    body = b"\xef\xbb\xbf" + json.dumps(
        {"resourceSpans": [{"scopeSpans": [{"spans": [{**SPAN, "name": "A"}]}]}]}
    ).encode().replace(b'"A"', b'"a\xff\x00b"')

    span = decode_json(body, "p").drafts[0].span

    assert span.name == "a\ufffd\0b"
    assert span.truncated == ["name:invalid UTF-8, repaired"]
