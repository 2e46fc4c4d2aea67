"""Which rule filled which field; and stored spans, which the rules read as they read sent ones."""

from dataclasses import fields
from itertools import chain
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from clearspan_server.ingest.decode_traces import decode_json, decode_protobuf
from clearspan_server.ingest.draft import Draft
from clearspan_server.ingest.encode import Privacy, finish
from clearspan_server.ingest.mapping import explain
from clearspan_server.ingest.normalise import normalise
from clearspan_server.ingest.redact import Redactor
from clearspan_server.ingest.stored import draft_of
from clearspan_server.model.span import Span
from conforming import captured, is_json
from running import Server, until
from sending import post, request_of, span

PRIVACY = Privacy(Redactor(("iban",)), b"test")
# What is made of a finished draft, not filled by a rule.
MADE = ("attributes", "attributes_number", "attributes_overflow", "mirrored", "resource", "events")


def spans_of(body: bytes) -> list[Draft]:
    decode = decode_json if is_json(body) else decode_protobuf
    return decode(body, "p").drafts


def clients() -> list[Any]:
    found: dict[str, list[bytes]] = {}
    for client, _, requests in captured():
        found.setdefault(client, []).extend(requests["traces"])
    return [pytest.param(bodies, id=client) for client, bodies in found.items()]


@pytest.mark.parametrize("bodies", clients())
def test_a_stored_span_is_read_as_it_was_when_it_was_sent(bodies: list[bytes]) -> None:
    for draft in chain.from_iterable(map(spans_of, bodies)):
        normalise(draft)
        stored = finish(draft, PRIVACY)

        again = draft_of(stored)
        normalise(again)

        for one in fields(Span):
            if one.name not in MADE and not one.name.endswith("_preview"):
                assert getattr(again.span, one.name) == getattr(stored, one.name), one.name


@pytest.mark.parametrize("bodies", clients())
def test_telling_how_a_span_is_filled_fills_it_as_always(bodies: list[bytes]) -> None:
    twice = [[one for body in bodies for one in spans_of(body)] for _ in range(2)]
    for plain, told in zip(*twice, strict=True):
        normalise(plain)

        found = explain(told)

        for one in fields(Span):
            if one.name not in ("dialect", "normaliser_version"):
                assert getattr(told.span, one.name) == getattr(plain.span, one.name), one.name
        assert {one.field for one in found.filled} <= {one.name for one in fields(Span)}


def test_each_field_names_the_rule_and_the_attributes_that_filled_it(server: Server) -> None:
    call = span(
        "chat",
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.usage.input_tokens": 24,
            "llm.model_name": "gpt-4o-mini-2024-07-18",
            "shop.basket": "7",
        },
    )
    post(server.url, "/v1/traces?project=mapping", request_of([call]))
    path = f"/api/v1/spans/{call.span_id.hex()}/mapping?project=mapping"
    until(lambda: server.get("/api/v1/traces?project=mapping")["traces"])

    found = server.get(path)

    by = {one["field"]: (one["dialect"], one["attributes"]) for one in found["fields"]}
    assert found["dialects"] == ["otel_genai", "openinference", "otel"]
    assert by["provider"] == ("otel_genai", ["gen_ai.provider.name"])
    assert by["input_tokens"] == ("otel_genai", ["gen_ai.usage.input_tokens"])
    assert by["response_model"] == ("openinference", ["llm.model_name"])
    assert by["service"] == ("otel", ["service.name"])
    assert found["unread"] == ["shop.basket"]
    assert found["version"] == found["stored_version"]
    assert server.get(f"{path}&trace_id={call.trace_id.hex()}") == found


def sources(server: Server, sent: Any) -> dict[str, tuple[str, list[str]]]:
    """The rule and the attributes of each field of a span in the project `sources`."""
    found = server.get(f"/api/v1/spans/{sent.span_id.hex()}/mapping?project=sources")
    return {one["field"]: (one["dialect"], one["attributes"]) for one in found["fields"]}


def test_tags_and_the_message_of_an_error_name_where_they_stand(server: Server) -> None:
    failed = span("lookup", {"clearspan.tags": '["slow", "eu"]', "clearspan.kind": "tool"})
    failed.status.code = Status.STATUS_CODE_ERROR
    failed.status.message = "the shelf is empty"
    raised = span("pay")
    event = raised.events.add(name="exception")
    for key, value in (("exception.type", "LookupError"), ("exception.message", "no card")):
        event.attributes.add(key=key).value.string_value = value
    post(server.url, "/v1/traces?project=sources", request_of([failed, raised]))
    until(lambda: len(server.get("/api/v1/traces?project=sources")["traces"]) == 2)

    by = {one.name: sources(server, one) for one in (failed, raised)}

    assert by["lookup"]["tags"] == ("clearspan", ["clearspan.tags"])
    assert by["lookup"]["error_message"] == ("otel", ["status.message"])
    assert by["pay"]["error_type"] == ("otel", ["exception.type"])
    assert by["pay"]["error_message"] == ("otel", ["exception.message"])
