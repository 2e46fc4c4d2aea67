"""Requests that a strict parser refuses are mended, and nothing that can be written makes ingest fail."""

import random
from contextlib import suppress

import pytest
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from clearspan_server.errors import BadInput
from clearspan_server.ingest.decode_traces import decode_protobuf
from clearspan_server.ingest.draft import Attributes, Value
from clearspan_server.ingest.wire_values import MAX_DEPTH, MAX_TEXT_DEPTH
from fuzzing import (
    SIGNALS,
    Signal,
    broken,
    captured,
    in_json,
    json_requests,
    random_bits,
    random_message,
    through,
)
from sampling import examples
from sending import request_of, span

CAPTURED = captured()


def attributes_of(body: bytes) -> Attributes:
    """The attributes of the first span of a request."""
    return decode_protobuf(body, "p").drafts[0].attributes


def field(number: int, held: bytes) -> bytes:
    """A length-delimited field on the wire; the official writer refuses to nest so deep."""
    length, left = bytearray(), len(held)
    while left > 127:
        length.append(left & 127 | 128)
        left >>= 7
    return bytes([number << 3 | 2, *length, left]) + held


def deep_request(depth: int, way: str) -> bytes:
    """A request whose span has an attribute `k` with the text `core` below so many lists, or objects."""
    value = field(1, b"core")
    for _ in range(depth):
        item = value if way == "lists" else field(1, b"k") + field(2, value)
        value = field(5 if way == "lists" else 6, field(1, item))
    made = span("deep").SerializeToString() + field(9, field(1, b"k") + field(2, value))
    return field(1, field(2, field(2, made)))


def depth_of(value: Value) -> tuple[int, Value]:
    """How deep a value is nested, and what lies innermost."""
    depth = 0
    while isinstance(value, (list, dict)):
        value = value[0] if isinstance(value, list) else value["k"]
        depth += 1
    return depth, value


def test_text_that_is_no_utf8_is_repaired_and_its_span_marked_alone() -> None:
    body = request_of([span("broken", {"k": "broken"}), span("whole")])

    first, second = decode_protobuf(body.replace(b"broken", b"br\xffken"), "p").drafts

    assert first.span.name == "br\ufffdken"
    assert first.attributes["k"] == "br\ufffdken"
    assert first.span.truncated == [
        "name:invalid UTF-8, repaired",
        "attributes:invalid UTF-8, repaired",
    ]
    assert (second.span.name, second.span.truncated) == ("whole", [])


def test_a_broken_text_of_the_resource_marks_every_span_of_it() -> None:
    body = request_of([span("a"), span("b")], service__name="broken")

    drafts = decode_protobuf(body.replace(b"broken", b"br\xffken"), "p").drafts

    assert [draft.span.truncated for draft in drafts] == [["resource:invalid UTF-8, repaired"]] * 2


@pytest.mark.parametrize("way", ["lists", "objects"])
@pytest.mark.parametrize("depth", [1, MAX_DEPTH, MAX_DEPTH + 1, 28, 47, 100, 1_000, 50_000])
def test_a_deep_value_keeps_its_outer_part_and_the_rest_as_text(depth: int, way: str) -> None:
    body = deep_request(depth, way) + request_of([span("neighbour")])

    deep, neighbour = decode_protobuf(body, "p").drafts

    kept, innermost = depth_of(deep.attributes["k"])
    assert kept == min(depth, MAX_DEPTH)
    assert isinstance(innermost, str)
    assert "core" in innermost or depth > MAX_TEXT_DEPTH
    assert neighbour.span.name == "neighbour"


@pytest.mark.parametrize("body", [b"\xff\xff\xff", b"\x0a\xff", b"\x0b" * 200])
def test_a_body_that_is_no_message_is_bad_input(body: bytes) -> None:
    with pytest.raises(BadInput, match=f"{len(body)} bytes is not an ExportTraceServiceRequest"):
        decode_protobuf(body, "p")


def test_mending_changes_nothing_where_nothing_is_broken() -> None:
    whole = request_of([span("broken", {"a": 1, "b": 0.5, "c": True, "d": ["x"], "e": "é"})])
    mended = whole.replace(b"broken", b"br\xffken")

    assert attributes_of(mended) == attributes_of(whole)
    message: Message = ExportTraceServiceRequest.FromString(whole)
    assert message.SerializeToString() == whole


@settings(max_examples=examples(150), deadline=None, derandomize=True)
@given(st.integers(0, 2**32), st.sampled_from(SIGNALS))
def test_random_messages_give_rows_reasons_or_bad_input(number: int, signal: Signal) -> None:
    draw = random.Random(number)

    for body in (random_message(draw, signal), random_bits(draw)):
        _bear(signal, body, as_json=False)


@settings(max_examples=examples(150), deadline=None, derandomize=True)
@given(st.integers(0, 2**32), st.sampled_from(CAPTURED))
def test_captures_with_bytes_changed_give_rows_reasons_or_bad_input(
    number: int, capture: tuple[Signal, bytes]
) -> None:
    draw = random.Random(number)
    signal, body = capture

    _bear(signal, broken(draw, body), as_json=False)
    _bear(signal, broken(draw, in_json(signal, body)), as_json=True)


@settings(
    max_examples=examples(200),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.sampled_from(SIGNALS).flatmap(lambda one: st.tuples(st.just(one), json_requests(one))))
def test_any_json_gives_rows_reasons_or_bad_input(drawn: tuple[Signal, bytes]) -> None:
    _bear(*drawn, as_json=True)


def _bear(signal: Signal, body: bytes, *, as_json: bool) -> None:
    """Nothing but BadInput may come out; and rows that are made can be read back."""
    with suppress(BadInput):
        assert through(signal, body, as_json=as_json).rows >= 0
