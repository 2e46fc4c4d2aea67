"""Stored spans read again by today's rules: put right where they were wrong, and never made poorer."""

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearspan_server.ingest.decode_logs import decode_json as logs_of_json
from clearspan_server.ingest.decode_logs import decode_protobuf as logs_of_protobuf
from clearspan_server.ingest.draft import Attributes, Draft, Origin
from clearspan_server.ingest.encode import Privacy, finish
from clearspan_server.ingest.merge import fold
from clearspan_server.ingest.normalise import VERSION, normalise
from clearspan_server.ingest.price import price, set_cost
from clearspan_server.ingest.prices import LIST_ONLY
from clearspan_server.ingest.redact import Redactor
from clearspan_server.ingest.renormalise import Today, read_again, row_again
from clearspan_server.ingest.stored import draft_of
from clearspan_server.model.span import Span
from clearspan_server.store.parts import DEFAULTS, part_of
from conforming import captured, is_json
from normalising import START_NS
from test_any_attributes import EXAMPLES, drafted
from test_mapping import spans_of

PRIVACY = Privacy(Redactor(), b"test")
TODAY = Today(LIST_ONLY, PRIVACY)
CALL: Attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 100,
    "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
}
# Of these, no attribute is left out because the field holds it to the letter.
BY_RULES = (
    *("kind", "provider", "request_model", "response_model", "response_id", "operation"),
    *("input_tokens", "output_tokens", "total_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("reasoning_tokens", "usage_source", "finish_reason", "ttft_ns", "tool_name", "error_class"),
    *("user_id", "session_id", "prompt_name", "service", "dialect"),
)

# These go with other fields.
FOLLOWS = (
    *("mirrored", "truncated", "input_preview", "output_preview"),
    *("input_cost", "output_cost", "total_cost", "cost_by_class", "price_version"),
)
# These are taken together, with what is empty of them.
TOGETHER = (
    *("status", "error_type", "error_class", "error_stack", "usage_other", "usage_source"),
    *("input_tokens", "output_tokens", "total_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("reasoning_tokens", "audio_input_tokens", "audio_output_tokens"),
)


def taken(draft: Draft) -> Span:
    """The span that is stored of a draft."""
    normalise(draft)
    set_cost(draft.span, price(draft.span, LIST_ONLY))
    return finish(draft, PRIVACY)


def stored(attributes: Attributes, **fields: Any) -> Span:
    """The span that is stored of these attributes, with some fields as other rules would have filled them."""
    span = Span(
        project="p",
        trace_id="1" * 32,
        span_id="2" * 16,
        name="a span",
        start_ns=START_NS,
        end_ns=START_NS + 10**9,
    )
    draft = Draft(span, dict(attributes), [], Origin({"service.name": "shop"}, "s", "1"), 0)
    return replace(taken(draft), **fields)


def clients() -> list[Any]:
    return [
        pytest.param(requests, id=f"{client}-{scenario}")
        for client, scenario, requests in captured()
    ]


def said_of_spans(requests: dict[str, list[bytes]]) -> Iterator[Draft]:
    for body in requests["traces"]:
        yield from spans_of(body)
    for body in requests.get("logs", []):
        yield from (logs_of_json if is_json(body) else logs_of_protobuf)(body, "p").parts


@pytest.mark.parametrize("requests", clients())
def test_reading_a_captured_span_again_changes_nothing(requests: dict[str, list[bytes]]) -> None:
    for draft in said_of_spans(requests):
        before = taken(draft)

        after = read_again(before, TODAY)

        assert after == before


@pytest.mark.parametrize("requests", clients())
def test_a_captured_span_without_any_field_gets_them_all_again(
    requests: dict[str, list[bytes]],
) -> None:
    for draft in chain.from_iterable(map(spans_of, requests["traces"])):
        before = taken(draft)
        nothing: dict[str, Any] = {name: DEFAULTS[name] for name in BY_RULES}
        bare = replace(before, **nothing, normaliser_version=0)

        after = read_again(bare, TODAY)

        assert after == before


def test_what_older_rules_got_wrong_is_put_right_and_priced() -> None:
    right = stored(CALL)
    wrong = replace(
        right,
        kind="other",
        input_tokens=None,
        total_tokens=None,
        input_cost=None,
        output_cost=None,
        total_cost=None,
        cost_by_class={},
        price_version="",
        normaliser_version=VERSION - 1,
    )

    after = read_again(wrong, TODAY)

    assert after == right
    assert after.total_cost == Decimal("0.0035")


def test_a_usage_is_replaced_whole_and_a_status_with_its_error() -> None:
    right = stored(CALL)
    wrong = replace(right, input_tokens=4169, cache_read_tokens=1886, cache_write_tokens=188)
    wrong.status, wrong.error_class, wrong.normaliser_version = "cancelled", "cancelled", 1
    set_cost(wrong, price(wrong, LIST_ONLY))

    after = read_again(wrong, TODAY)

    assert after == right


def test_what_no_rule_gives_any_more_stays() -> None:
    before = stored({"shop.basket": 7}, kind="llm", provider="openai", input_tokens=9, tags=["a"])
    before.input, before.input_preview, before.ttft_ns = '[{"role":"user"}]', "hi", 5
    before.status, before.error_class = "error", "timeout"

    after = read_again(before, TODAY)

    assert after == before


def test_what_was_redacted_never_returns_and_a_pseudonym_stays() -> None:
    secret: Attributes = {
        "user.id": "jo@example.com",
        "gen_ai.input.messages": "write to jo@example.com",
    }
    before = stored(CALL | secret)

    after = read_again(replace(before, kind="other"), TODAY)

    assert before.user_id.startswith("redacted-")
    assert after == before
    assert b"example.com" not in orjson.dumps(after, default=str)


def test_a_redacted_person_that_older_rules_did_not_read_stays_unknown() -> None:
    before = stored(CALL | {"user.id": "jo@example.com"}, user_id="")

    after = read_again(before, TODAY)

    assert after.user_id == ""


def test_a_secret_that_only_todays_rules_bring_to_light_is_redacted() -> None:
    hidden = {"gen_ai.input.messages": '[{"role":"user","content":"to jo\\u0040example.com"}]'}
    before = stored(CALL, input="", input_preview="", mirrored={})
    before.attributes |= {key: orjson.dumps(value).decode() for key, value in hidden.items()}

    after = read_again(before, TODAY)

    assert "[redacted:email]" in after.input
    assert "example.com" not in after.input


def test_what_was_cut_before_it_was_stored_keeps_its_texts() -> None:
    long = '[{"role":"user","parts":[{"type":"text","content":"%s"}]}]' % ("long " * 300_000)
    before = stored(CALL | {"gen_ai.input.messages": long})

    after = read_again(replace(before, request_model=""), TODAY)

    assert before.truncated
    assert after == before


def test_an_attribute_that_stood_in_a_field_is_kept_when_the_field_changes() -> None:
    before = stored(CALL)
    held = replace(before, input='"older"', mirrored={"shop.words": "input"})
    held.attributes |= {
        "gen_ai.input.messages": orjson.dumps(CALL["gen_ai.input.messages"]).decode()
    }

    after = read_again(held, TODAY)

    assert after.input == CALL["gen_ai.input.messages"]
    assert after.mirrored == {}
    assert orjson.loads(after.attributes["shop.words"]) == '"older"'
    assert read_again(after, TODAY) == after


def test_a_span_that_failed_in_a_rule_is_well_when_none_fails() -> None:
    right = stored(CALL)
    raw = replace(right, dialect="raw", truncated=["normalise failed: KeyError: 'x'"], kind="other")

    after = read_again(raw, TODAY)

    assert after == right


def test_a_row_with_parts_is_the_fold_of_its_parts_as_they_are_read_now() -> None:
    record = stored(CALL, user_id="", version=5)
    update = stored({"session.id": "s-1", "user.id": "u-1"}, user_id="", normaliser_version=0)
    older = part_of("update", replace(update, kind="other", name="", status="ok"))
    row = fold(replace(record, input_tokens=None), [older], LIST_ONLY)
    assert row is not None

    after = row_again(row, [older], TODAY)

    assert (row.user_id, row.session_id, row.input_tokens) == ("", "s-1", None)
    assert (after.user_id, after.session_id, after.input_tokens) == ("u-1", "s-1", 1000)
    assert after.version == row.version
    assert {"user_id", "session_id"} <= set(after.filled)
    assert "input_tokens" not in after.filled
    assert row_again(after, [older], TODAY) == after


def test_a_span_of_which_only_parts_came_is_read_again_too() -> None:
    begun = replace(stored(CALL), end_ns=None, status="open", kind="other", normaliser_version=0)
    part = part_of("open", begun)
    row = fold(None, [part], LIST_ONLY)
    assert row is not None

    after = row_again(replace(row, kind="other", status="crashed"), [part], TODAY)

    assert (after.kind, after.status, after.filled) == ("llm", "crashed", ["*"])
    assert after.normaliser_version == VERSION


@settings(max_examples=EXAMPLES, deadline=None, derandomize="CLEARSPAN_EXAMPLES" not in os.environ)
@given(st.integers(0, 2**64))
def test_whatever_a_span_holds_it_is_never_made_poorer_and_settles_at_once(seed: int) -> None:
    draw = random.Random(seed)
    before = taken(drafted(draw))
    for name in draw.sample(BY_RULES, 4):
        setattr(before, name, DEFAULTS[name])

    after = read_again(before, TODAY)

    assert shown(read_again(after, TODAY)) == shown(after)
    if (before.input_tokens, before.output_tokens) != (None, None):
        assert (after.input_tokens, after.output_tokens) != (None, None)
    for name, nothing in DEFAULTS.items():
        if name not in (*FOLLOWS, *TOGETHER):
            assert getattr(after, name) != nothing or getattr(before, name) == nothing, name
    kept = {**draft_of(before).attributes}
    assert shown({key: draft_of(after).attributes[key] for key in kept}) == shown(kept)


def shown(held: object) -> bytes:
    """As JSON, in which NaN equals NaN."""
    return orjson.dumps(held, default=str)
