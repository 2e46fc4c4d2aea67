"""Which usage a span has, where conventions repeat it in several forms."""

import json
from decimal import Decimal

import pytest

from clearspan.wire import Usage
from clearspan_server.ingest.draft import Candidate
from clearspan_server.ingest.normalise.usage import settle
from clearspan_server.model.span import Span
from normalising import normalised, tokens


def settled(*candidates: Usage | Candidate) -> Span:
    span = Span(project="p", trace_id="1" * 32, span_id="2" * 16, name="s", start_ns=1)
    settle(span, [one if isinstance(one, Candidate) else Candidate(one) for one in candidates])
    return span


def test_the_first_that_knows_anything_wins_and_agreeing_ones_complete_it() -> None:
    span = settled(Usage(), Usage(2048, 300), Usage(2048, 300, 2348, 1920, 64, 128))

    assert tokens(span) == (2048, 300, 1920, 64, 128)
    assert span.total_tokens == 2348


def test_what_speaks_of_another_call_completes_nothing() -> None:
    span = settled(Usage(24, 9), Usage(48, 18, cache_read=5))

    assert tokens(span) == (24, 9, None, None, None)


def test_an_exclusive_input_gets_its_cache_and_a_new_total() -> None:
    span = settled(Candidate(Usage(21, 393, 414, 1886, 188), is_exclusive=True))

    assert tokens(span) == (2095, 393, 1886, 188, None)
    assert span.total_tokens == 2488


def test_more_cache_than_input_proves_that_it_was_counted_beside() -> None:
    assert tokens(settled(Usage(21, 393, cache_read=1886)))[0] == 1907


def test_an_alternative_proves_an_exclusive_input_that_does_not_look_like_one() -> None:
    chosen, raw = Usage(5000, 10, 5010), Usage(6886, 10, cache_read=1886)

    span = settled(chosen, raw)

    assert tokens(span) == (6886, 10, 1886, None, None)
    assert span.total_tokens == 6896


def test_an_exclusive_alternative_with_the_same_input_takes_it_along() -> None:
    span = settled(Usage(21, 393), Candidate(Usage(21, 393, None, 1886, 188), is_exclusive=True))

    assert tokens(span) == (2095, 393, 1886, 188, None)


def test_an_exclusive_choice_agrees_with_its_own_repetition() -> None:
    chosen = Candidate(Usage(5000, 10, None, 1886), is_exclusive=True)

    span = settled(chosen, Usage(5000, 10, 5010, 1886))

    assert tokens(span) == (6886, 10, 1886, None, None)
    assert span.total_tokens == 6896


@pytest.mark.parametrize(
    ("usage", "output", "total"),
    [
        (Usage(10, 5, None, reasoning=20), 25, 35),
        (Usage(32, 9, 299, reasoning=258), 267, 299),
        (Usage(32, 267, 299, reasoning=258), 267, 299),
    ],
)
def test_reasoning_beside_the_output_is_added_once(usage: Usage, output: int, total: int) -> None:
    span = settled(usage)

    assert (span.output_tokens, span.total_tokens) == (output, total)


def test_what_a_total_has_beyond_input_and_output_is_kept() -> None:
    span = settled(Usage(10, 5, 40))

    assert (span.input_tokens, span.output_tokens, span.total_tokens) == (10, 5, 40)


def test_zeros_of_one_do_not_hide_what_another_knows() -> None:
    assert tokens(settled(Usage(0, 0), Usage(24, 9)))[:2] == (24, 9)
    assert tokens(settled(Usage(0, 0)))[:2] == (0, 0)


def test_an_input_that_the_first_lacks_comes_from_one_with_the_same_output() -> None:
    assert tokens(settled(Usage(None, 9), Usage(24, 9, cache_read=3))) == (24, 9, 3, None, None)
    assert tokens(settled(Usage(None, 9), Usage(24, 8))) == (None, 9, None, None, None)


@pytest.mark.parametrize("broken", [-1, float("nan"), float("inf"), "", "many", None, True, [], {}])
def test_a_broken_count_is_unknown_and_never_zero(broken: object) -> None:
    span = normalised({"gen_ai.usage.input_tokens": broken, "gen_ai.usage.output_tokens": broken})  # type: ignore[dict-item]  # what clients send

    assert tokens(span) == (None,) * 5
    assert span.usage_source == ""


def test_a_rollup_of_an_agents_calls_is_never_its_own_usage() -> None:
    span = normalised(
        {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.aggregated_usage.input_tokens": 48,
            "gen_ai.aggregated_usage.output_tokens": 18,
        }
    )

    assert tokens(span)[:2] == (None, None)


def test_a_cost_of_zero_is_unknown_unless_nothing_was_used() -> None:
    paid = normalised({"gen_ai.usage.input_tokens": 5, "gen_ai.usage.cost": 0})
    free = normalised({"gen_ai.usage.input_tokens": 0, "gen_ai.usage.cost": 0})

    assert paid.reported_cost is None
    assert free.reported_cost == Decimal(0)


def test_a_total_proves_that_the_cache_was_counted_beside_the_input() -> None:
    span = settled(Usage(3000, 393, 5467, 1886, 188))

    assert tokens(span) == (5074, 393, 1886, 188, None)
    assert span.total_tokens == 5467


def test_reasoning_that_another_form_tells_is_added_where_the_total_has_room_for_it() -> None:
    span = settled(Usage(1000, 500, 1900), Usage(1000, 900, 1900, reasoning=400))

    assert tokens(span) == (1000, 900, None, None, 400)


def test_a_zero_of_written_cache_yields_to_what_was_written_by_lifetime() -> None:
    lifetimes = {"cache_write_5m_tokens": 148, "cache_write_1h_tokens": 40}
    span = settled(
        Usage(2095, 393, cache_read=1886, cache_write=0), Usage(2095, 393, other=lifetimes)
    )

    assert tokens(span) == (2095, 393, 1886, 188, None)


def test_bedrocks_cache_writes_have_a_name_of_strands_too() -> None:
    span = normalised(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.usage.input_tokens": 2095,
            "gen_ai.usage.output_tokens": 393,
            "gen_ai.usage.cache_read_input_tokens": 1886,
            "gen_ai.usage.cache_write_input_tokens": 188,
        }
    )

    assert tokens(span) == (2095, 393, 1886, 188, None)


def test_langchains_counts_by_service_tier_are_the_cache_and_the_reasoning() -> None:
    counts = {
        "input": 2048,
        "output": 300,
        "total": 2348,
        "input_priority": 128,
        "input_priority_cache_read": 1920,
        "output_priority": 172,
        "output_priority_reasoning": 128,
    }
    span = normalised(
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.usage_details": json.dumps(counts),
        }
    )

    assert tokens(span) == (2048, 300, 1920, None, 128)


def test_the_providers_own_count_tells_that_an_object_of_the_ai_sdk_has_its_cache_inside() -> None:
    raw = {"input_tokens": 21, "output_tokens": 393, "cache_read_input_tokens": 1886}
    metadata = {"anthropic": {"usage": raw | {"cache_creation_input_tokens": 188}}}
    span = normalised(
        {
            "ai.operationId": "ai.generateObject.doGenerate",
            "ai.model.provider": "anthropic.messages",
            "ai.model.id": "claude-sonnet-4-5",
            "ai.usage.promptTokens": 2095,
            "ai.usage.completionTokens": 393,
            "ai.response.providerMetadata": json.dumps(metadata),
        },
        scope="ai",
    )

    assert tokens(span) == (2095, 393, 1886, 188, None)
