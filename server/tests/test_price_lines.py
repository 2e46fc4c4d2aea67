"""How a cost adds up: a line for each class, in words that a person can check with a pencil."""

from decimal import Decimal
from typing import Any

import pytest

from clearspan_server.ingest.own_prices import OwnPrices, check_entry
from clearspan_server.ingest.price import Explained, PriceLine, explain, price
from clearspan_server.ingest.price_list import BUNDLED, VERSION
from clearspan_server.ingest.prices import LIST_ONLY, Book
from reading import Reader, span

START_NS = 1_795_176_000 * 10**9  # 2026-11-20


def explained(book: Book = LIST_ONLY, **fields: Any) -> Explained:
    """The explanation of a call, which is the cost that it is stored with."""
    called = span(1, kind="llm", start_ns=START_NS, **fields)
    found = explain(called, book)
    assert found is not None
    assert found.cost == price(called, book)
    assert sum(line.amount for line in found.lines) == found.cost.total
    return found


def told(line: PriceLine) -> tuple[str, int, str, int, str]:
    return line.name, line.count, f"{line.unit_price:f}", line.per, f"{line.amount.normalize():f}"


def test_each_class_is_a_line_of_count_price_and_amount() -> None:
    found = explained(
        provider="anthropic",
        response_model="claude-sonnet-4-5",
        input_tokens=2095,
        output_tokens=393,
        cache_read_tokens=1886,
        cache_write_tokens=188,
    )

    assert [told(line) for line in found.lines] == [
        ("input", 21, "3", 10**6, "0.000063"),
        ("cache_read", 1886, "0.3", 10**6, "0.0005658"),
        ("cache_write", 188, "3.75", 10**6, "0.000705"),
        ("output", 393, "15", 10**6, "0.005895"),
    ]
    assert found.origin.source == VERSION
    assert (found.origin.provider, found.origin.model) == ("anthropic", "claude-sonnet-4-5")


@pytest.mark.parametrize(("input_tokens", "above"), [(200_000, None), (200_001, 200_000)])
def test_a_tier_is_named_once_it_is_passed(input_tokens: int, above: int | None) -> None:
    found = explained(
        provider="gcp.gemini",
        response_model="gemini-2.5-pro",
        input_tokens=input_tokens,
        output_tokens=10,
    )

    assert [line.above_tokens for line in found.lines] == [above, above]
    assert found.lines[0].unit_price == (Decimal("1.25") if above is None else Decimal("2.5"))


@pytest.mark.parametrize(("tier", "named"), [("batch", "batch"), ("default", ""), ("", "")])
def test_a_service_tier_is_named_where_it_has_a_price(tier: str, named: str) -> None:
    found = explained(
        provider="openai",
        response_model="gpt-5",
        service_tier=tier,
        input_tokens=1000,
        output_tokens=10,
    )

    assert found.origin.service_tier == named


def test_the_day_from_which_a_price_holds_is_told() -> None:
    called = span(1, start_ns=START_NS, provider="openai", response_model="o3", input_tokens=1000)
    called.output_tokens = 10

    found = explain(called, LIST_ONLY)
    called.start_ns = 1_740_000_000 * 10**9  # 2025-02-19
    before = explain(called, LIST_ONLY)

    assert found is not None
    assert before is not None
    assert found.origin.since_ns == 1_749_513_600 * 10**9  # 2025-06-10
    assert before.origin.since_ns is None
    assert before.lines[0].unit_price == 5 * found.lines[0].unit_price


def test_what_is_not_counted_in_tokens_has_its_own_unit() -> None:
    found = explained(
        provider="openai",
        response_model="gpt-4o",
        input_tokens=10,
        output_tokens=0,
        usage_other={"web_searches": 2},
    )

    assert told(found.lines[-1]) == ("web_searches", 2, "10", 1000, "0.02")


def test_the_lines_of_an_unknown_side_are_left_out() -> None:
    called = span(1, start_ns=START_NS, provider="openai", response_model="gpt-4o")
    called.input_tokens = 1000

    found = explain(called, LIST_ONLY)

    assert found is not None
    assert found.cost.total is None
    assert [line.name for line in found.lines] == ["input"]


def test_the_projects_own_price_names_its_entry() -> None:
    entry = check_entry("", "prod-*", "2026-01-01", {"input": "2", "output": "8.5"})

    found = explained(
        Book(BUNDLED, OwnPrices([entry])),
        provider="azure.ai.openai",
        request_model="prod-eu",
        input_tokens=1000,
        cache_read_tokens=400,
        output_tokens=10,
    )

    assert [told(line)[:3] for line in found.lines] == [("input", 1000, "2"), ("output", 10, "8.5")]
    assert found.origin.source == entry.source
    assert found.origin.model == "prod-*"


def test_a_span_tells_how_its_cost_adds_up(reader: Reader) -> None:
    called = span(1, provider="openai", response_model="gpt-4o", kind="llm", input_tokens=1000)
    called.output_tokens = 100
    cost = price(called, LIST_ONLY)
    assert cost is not None
    called.total_cost, called.cost_by_class = cost.total, cost.by_class
    called.price_version = cost.version
    stale = span(2, provider="openai", response_model="gpt-4o", kind="llm", input_tokens=1000)
    reader.store(called, stale)

    now, then = (
        reader.get(f"/traces/{one.trace_id}/spans/{one.span_id}")["cost"]["explained"]
        for one in (called, stale)
    )

    assert now["lines"][0] == {
        "name": "input",
        "count": 1000,
        "unit_price": "2.5",
        "per": 1_000_000,
        "amount": "0.0025",
        "above_tokens": None,
    }
    assert (now["source"], now["total"], now["current"]) == (VERSION, "0.0035", True)
    assert then["current"] is False
