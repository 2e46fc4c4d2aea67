"""Decoding and normalising: both encodings say the same, and nothing that a sender can write breaks them."""

import json
import math
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from clearspan_server.ingest.decode_traces import decode_json, decode_protobuf
from clearspan_server.ingest.draft import Draft
from clearspan_server.ingest.encode import Privacy, finish
from clearspan_server.ingest.normalise import (
    clearspan_sdk,
    normalise,
    openinference,
    otel,
    otel_genai,
)
from clearspan_server.ingest.redact import Redactor
from clearspan_server.model.span import Span
from clearspan_server.store.columns import SCHEMA_VERSION, from_bytes, to_batch, to_bytes
from sampling import examples
from sending import put, request_of, span

PRIVACY = Privacy(Redactor(), b"key")

KNOWN_KEYS = sorted(
    {
        key
        for module in (clearspan_sdk, openinference, otel, otel_genai)
        for table in vars(module).values()
        if isinstance(table, tuple)
        for row in table
        for key in ([row[0]] if isinstance(row, tuple) and isinstance(row[0], str) else [])
    }
    | {
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "gen_ai.response.finish_reasons",
        "gen_ai.response.time_to_first_chunk",
        "gen_ai.request.stream",
        "input.value",
        "output.value",
        "openinference.span.kind",
        "llm.input_messages.0.message.role",
        "llm.output_messages.7.message.tool_calls.0.tool_call.function.arguments",
        "retrieval.documents.0.document.score",
        "retrieval.documents.x.document.content",
        "clearspan.kind",
        "clearspan.status",
        "clearspan.state",
        "clearspan.tags",
        "clearspan.sample_weight",
    }
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=40)
    | st.sampled_from(["[]", "{}", "[1]", '[{"role":"user"}]', '{"a":', "NaN", "-1", "1e400", ""])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def drafts(body: bytes) -> list[Draft]:
    """The normalised drafts of a protobuf request."""
    found = decode_protobuf(body, "p").drafts
    for draft in found:
        normalise(draft)
    return found


def one(attributes: dict[str, Any]) -> Span:
    """The span that a request with these attributes becomes."""
    return drafts(request_of([span("s", attributes)]))[0].span


@settings(max_examples=examples(400), deadline=None, derandomize=True)
@given(st.dictionaries(st.sampled_from(KNOWN_KEYS), VALUES, max_size=12))
def test_no_value_under_a_known_key_breaks_a_rule_or_loses_the_span(
    attributes: dict[str, Any],
) -> None:
    draft = drafts(request_of([span("s")]))[0]
    draft.attributes = {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in attributes.items()
    }

    normalise(draft)
    stored = from_bytes(to_bytes(to_batch([finish(draft, PRIVACY)])), SCHEMA_VERSION)

    assert draft.span.dialect != "raw", draft.span.truncated
    assert stored.num_rows == 1


@settings(max_examples=examples(200), deadline=None, derandomize=True)
@given(st.dictionaries(st.text(min_size=1, max_size=12), SCALARS.filter(lambda v: v is not None)))
def test_protobuf_and_json_say_the_same(attributes: dict[str, Any]) -> None:
    body = request_of([span("s", attributes)])

    by_protobuf = decode_protobuf(body, "p").drafts[0]
    by_json = decode_json(otlp_json(body), "p").drafts[0]

    assert by_json.span == by_protobuf.span
    assert by_json.attributes == by_protobuf.attributes


def otlp_json(body: bytes) -> bytes:
    """The request as OTLP/JSON: protobuf's JSON, but ids in hex."""
    request = ExportTraceServiceRequest.FromString(body)
    written = json_format.MessageToDict(request)
    for groups, message in zip(written["resourceSpans"], request.resource_spans, strict=True):
        for one_span, sent in zip(
            groups["scopeSpans"][0]["spans"], message.scope_spans[0].spans, strict=True
        ):
            one_span["traceId"], one_span["spanId"] = sent.trace_id.hex(), sent.span_id.hex()
    return json.dumps(written).encode()


@pytest.mark.parametrize(
    "said",
    [
        {"intValue": "42"},
        {"intValue": 42},
        {"intValue": {"low": 42, "high": 0, "unsigned": False}},
        {"doubleValue": 42},
        {"stringValue": "42"},
    ],
)
def test_a_count_is_read_however_javascript_writes_it(said: dict[str, Any]) -> None:
    body = {
        "resourceSpans": [
            {
                "scopeSpans": [
                    {
                        "spans": [
                            {
                                "traceId": "A" * 32,
                                "spanId": "b" * 16,
                                "startTimeUnixNano": "1790000000000000000",
                                "endTimeUnixNano": 1790000001000000000,
                                "attributes": [{"key": "gen_ai.usage.input_tokens", "value": said}],
                            }
                        ]
                    }
                ]
            }
        ]
    }

    draft = decode_json(json.dumps(body).encode(), "p").drafts[0]
    normalise(draft)

    assert draft.span.trace_id == "a" * 32
    assert draft.span.input_tokens == 42


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), "", "many", True, []])
def test_a_count_that_is_none_is_unknown_and_never_zero(value: object) -> None:
    made = span("s")
    put(made, "gen_ai.usage.input_tokens", value)

    found = drafts(request_of([made]))[0].span

    assert found.input_tokens is None


def test_a_cache_that_is_larger_than_the_input_was_left_out_of_it() -> None:
    found = one(
        {
            "gen_ai.usage.input_tokens": 21,
            "gen_ai.usage.cache_read.input_tokens": 1886,
            "gen_ai.usage.cache_creation.input_tokens": 188,
        }
    )

    assert found.input_tokens == 2095


def test_messages_that_are_canonical_are_kept_to_the_letter_and_stored_once() -> None:
    text = '[{"role": "user", "parts": [{"type": "text", "content": "hé"}]}]'
    draft = drafts(request_of([span("s", {"gen_ai.input.messages": text})]))[0]

    stored = finish(draft, PRIVACY)

    assert stored.input == text
    assert stored.mirrored == {"gen_ai.input.messages": "input"}
    assert "gen_ai.input.messages" not in stored.attributes


def test_escaped_letters_are_written_out_so_that_they_can_be_found() -> None:
    text = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "退款"}]}])

    found = one({"gen_ai.input.messages": text})

    assert "退款" in found.input


def test_an_exception_event_on_a_span_that_nobody_marked_is_an_error() -> None:
    made = span("s")
    event = made.events.add()
    event.name = "exception"
    for key, value in (("exception.type", "openai.RateLimitError"), ("exception.message", "slow")):
        pair = event.attributes.add()
        pair.key, pair.value.string_value = key, value

    found = drafts(request_of([made]))[0].span

    assert (found.status, found.error_class) == ("error", "rate_limit")


@pytest.mark.parametrize("kind", ["GeneratorExit", "asyncio.CancelledError", "AbortError"])
def test_a_caller_who_went_away_is_cancelled_and_no_error(kind: str) -> None:
    made = span("s", {"error.type": kind})
    made.status.code = Status.STATUS_CODE_ERROR

    assert drafts(request_of([made]))[0].span.status == "cancelled"


def test_attributes_beyond_the_limit_go_to_the_overflow() -> None:
    draft = drafts(request_of([span("s", {f"k{n}": n for n in range(300)})]))[0]

    stored = finish(draft, PRIVACY)

    assert len(stored.attributes) == 256
    assert json.loads(stored.attributes_overflow)["k299"] == 299


def test_an_embedding_of_our_sdk_is_listed_by_its_texts() -> None:
    asked = [
        {"role": "user", "parts": [{"type": "text", "content": text}]}
        for text in ("how late", "are you open")
    ]
    told = {"clearspan.kind": "embedding", "clearspan.input": json.dumps(asked)}
    draft = drafts(request_of([span("s", {**told})]))[0]

    stored = finish(draft, PRIVACY)

    assert stored.input_preview == "how late are you open"
    assert json.loads(stored.input) == asked
