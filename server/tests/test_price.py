"""Prices: equal to the price list's own calculation, known where it can be known, and never guessed."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data import providers
from genai_prices.types import ModelInfo, StartDateConstraint

from clearspan_server.ingest.price import Cost, price
from clearspan_server.ingest.prices import LIST_ONLY
from clearspan_server.model.span import Span

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY_NS = 86_400 * 10**9
# Prices with more than six digits a million tokens are noise of floating point in the list; rounding each
# class to 10⁻¹² USD then differs by at most half of that for each of up to ten classes.
ROUNDING = Decimal("5E-12")


def call(
    provider: str, model: str, usage: dict[str, int | None], at: datetime = AT, requested: str = ""
) -> Span:
    """A model call; usage by the names of the span's fields."""
    span = Span(project="p", trace_id="0" * 32, span_id="0" * 16, start_ns=ns(at))
    span.provider, span.response_model, span.request_model = provider, model, requested
    for name, count in usage.items():
        if hasattr(span, name):
            setattr(span, name, count)
        elif count is not None:
            span.usage_other[name] = count
    return span


def ns(at: datetime) -> int:
    return int(at.timestamp()) * 10**9


def cost_of(provider: str, model: str, usage: dict[str, int | None], at: datetime = AT) -> Cost:
    cost = price(call(provider, model, usage, at), LIST_ONLY)
    assert cost is not None
    return cost


LIST_NAMES = {
    "reasoning_tokens": "output_reasoning_tokens",
    "audio_input_tokens": "input_audio_tokens",
    "audio_output_tokens": "output_audio_tokens",
}


def listed(
    provider: str | None,
    model: str,
    usage: dict[str, int],
    at: datetime = AT,
    context: dict[str, str] | None = None,
) -> tuple[Decimal, Decimal, Decimal]:
    """Input, output and total as the list's own, slower, calculation has them."""
    found = calc_price(
        Usage(**{LIST_NAMES.get(name, name): count for name, count in usage.items()}),
        model,
        provider_id=provider,
        genai_request_timestamp=at,
        price_context=context,
    )
    return found.input_price, found.output_price, found.total_price


USAGES: list[dict[str, int]] = [
    {"input_tokens": 24, "output_tokens": 9},
    {"input_tokens": 0, "output_tokens": 0},
    {"input_tokens": 2048, "output_tokens": 300, "cache_read_tokens": 1920},
    {
        "input_tokens": 2095,
        "output_tokens": 393,
        "cache_read_tokens": 1886,
        "cache_write_tokens": 188,
    },
    {
        "input_tokens": 1_050_001,
        "output_tokens": 70_007,
        "cache_read_tokens": 200_003,
        "reasoning_tokens": 65_537,
    },
]
MODELS = [
    ("openai", "openai", "gpt-4o"),
    ("openai", "openai", "gpt-4o-2024-08-06"),
    ("openai", "openai", "gpt-4o-mini-2024-07-18"),
    ("openai", "openai", "o4-mini"),
    ("openai", "openai", "gpt-5"),
    ("openai", "openai", "gpt-5.4"),
    ("openai", "openai", "text-embedding-3-small"),
    ("azure.ai.openai", "azure", "gpt-4o"),
    ("anthropic", "anthropic", "claude-sonnet-4-5-20250929"),
    ("anthropic", "anthropic", "claude-haiku-4-5"),
    ("anthropic", "anthropic", "claude-opus-4-8"),
    ("aws.bedrock", "aws", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("gcp.gemini", "google", "gemini-2.5-flash"),
    ("gcp.vertex_ai", "google", "gemini-2.5-pro"),
    ("gcp.gen_ai", "google", "gemini-2.0-flash"),
    ("gcp.vertex_ai", "google", "claude-sonnet-4-5"),
    ("groq", "groq", "llama-3.3-70b-versatile"),
    ("groq", "groq", "openai/gpt-oss-120b"),
    ("mistral_ai", "mistral", "mistral-large-latest"),
    ("mistral_ai", "mistral", "codestral-latest"),
    ("deepseek", "deepseek", "deepseek-v4-flash"),
    ("x_ai", "x-ai", "grok-4"),
    ("cohere", "cohere", "command-r-plus"),
    ("perplexity", "perplexity", "sonar-pro"),
]


@pytest.mark.parametrize("usage", USAGES)
@pytest.mark.parametrize(("provider", "list_id", "model"), MODELS)
def test_a_call_costs_to_the_last_digit_what_the_list_says(
    provider: str, list_id: str, model: str, usage: dict[str, int]
) -> None:
    cost = cost_of(provider, model, dict(usage))

    assert (cost.input, cost.output, cost.total) == listed(list_id, model, usage)


def differences(moments: Iterable[tuple[str, ModelInfo, datetime]]) -> Iterator[Decimal]:
    """How far each call that has a price is from the list's own calculation."""
    for (provider, model, at), usage in product(moments, USAGES[2:]):
        cost = price(call(provider, model.id, dict(usage), at), LIST_ONLY)
        if cost is not None and cost.total is not None:  # else it is not sold by token
            yield abs(cost.total - listed(provider, model.id, usage, at)[2])


def test_every_model_of_the_list_costs_what_the_list_says() -> None:
    found = list(differences((one.id, model, AT) for one in providers for model in one.models))

    assert len(found) > 6_000
    assert max(found) <= ROUNDING


def test_every_change_of_price_takes_effect_on_its_day() -> None:
    changes = [
        (provider.id, model, at)
        for provider in providers
        for model in provider.models
        for day in start_dates(model)
        for at in (day, day - timedelta(seconds=1))
    ]

    found = list(differences(changes))

    assert len(found) > 500
    assert max(found) <= ROUNDING


def start_dates(model: ModelInfo) -> list[datetime]:
    conditions = model.prices if isinstance(model.prices, list) else []
    return [
        datetime.combine(one.constraint.start_date, datetime.min.time(), UTC)
        for one in conditions
        if isinstance(one.constraint, StartDateConstraint)
    ]


@pytest.mark.parametrize("hour", range(24))
def test_prices_by_the_hour_are_those_of_the_hour(hour: int) -> None:
    at = AT.replace(month=3, year=2025, hour=hour, minute=30)

    cost = cost_of("deepseek", "deepseek-chat", dict(USAGES[2]), at)

    assert cost.total == listed("deepseek", "deepseek-chat", USAGES[2], at)[2]


@pytest.mark.parametrize(
    ("provider", "model", "tier", "context"),
    [
        ("openai", "gpt-5", "priority", {"service_tier": "priority"}),
        ("openai", "gpt-5", "flex", {"service_tier": "flex"}),
        ("openai", "gpt-5", "default", {}),
        ("openai", "gpt-5", "batch", {"processing": "batch"}),
        ("anthropic", "claude-opus-4-8", "batch", {"processing": "batch"}),
        ("anthropic", "claude-opus-4-8", "fast", {"speed": "fast"}),
        ("anthropic", "claude-opus-4-8", "standard", {}),
        ("google", "gemini-2.5-pro", "batch", {"processing": "batch"}),
    ],
)
def test_a_service_tier_has_its_own_price(
    provider: str, model: str, tier: str, context: dict[str, str]
) -> None:
    span = call(provider, model, dict(USAGES[2]))

    span.service_tier = tier
    cost = price(span, LIST_ONLY)

    assert cost is not None
    assert cost.total == listed(provider, model, USAGES[2], context=context)[2]
    span.service_tier = ""
    plain = price(span, LIST_ONLY)
    assert plain is not None
    assert (cost.total == plain.total) == (tier in ("default", "standard"))


@pytest.mark.parametrize(
    ("provider", "model", "usage", "total"),
    [
        ("anthropic", "claude-sonnet-4-5", USAGES[3], "0.0072288"),
        (
            "anthropic",
            "claude-sonnet-4-5",
            USAGES[3] | {"cache_write_1h_tokens": 40},
            "0.0073188",
        ),
        ("openai", "o4-mini", USAGES[2], "0.0019888"),
        (
            "gcp.gemini",
            "gemini-2.5-pro",
            {"input_tokens": 250_000, "output_tokens": 300},
            "0.6295",
        ),
        ("gcp.gemini", "gemini-2.5-pro", {"input_tokens": 200_000, "output_tokens": 0}, "0.25"),
        (
            "openai",
            "gpt-4o",
            {"input_tokens": 10, "output_tokens": 0, "web_searches": 2},
            "0.020025",
        ),
    ],
)
def test_known_bills_are_met(provider: str, model: str, usage: dict[str, int], total: str) -> None:
    assert cost_of(provider, model, dict(usage)).total == Decimal(total)


def test_the_classes_add_up_and_name_what_was_used() -> None:
    cost = cost_of("anthropic", "claude-sonnet-4-5", dict(USAGES[3]))

    assert cost.by_class == {
        "input": Decimal("0.000063"),
        "cache_read": Decimal("0.0005658"),
        "cache_write": Decimal("0.000705"),
        "output": Decimal("0.005895"),
    }
    assert cost.input == sum(cost.by_class.values()) - cost.by_class["output"]
    assert cost.total == sum(cost.by_class.values())
    assert cost.version.startswith("genai-prices/")


def test_audio_is_charged_apart_where_it_has_a_price() -> None:
    usage = {
        "input_tokens": 1000,
        "output_tokens": 500,
        "audio_input_tokens": 800,
        "audio_output_tokens": 400,
    }

    cost = cost_of("openai", "gpt-realtime", dict(usage))

    assert cost.total == listed("openai", "gpt-realtime", usage)[2]
    assert {"input", "input_audio", "output", "output_audio"} == cost.by_class.keys()


def test_an_overlap_of_audio_and_cache_that_nobody_counted_is_not_guessed() -> None:
    usage: dict[str, int | None] = {
        "input_tokens": 1000,
        "output_tokens": 500,
        "audio_input_tokens": 800,
        "cache_read_tokens": 600,
    }

    unclear = cost_of("openai", "gpt-realtime", usage)
    clear = cost_of("openai", "gpt-realtime", usage | {"cache_audio_read_tokens": 500})

    assert (unclear.input, unclear.total) == (None, None)
    assert unclear.output == clear.output
    assert clear.total is not None


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "no-such-model"),
        ("no-such-provider", "no-such-model"),
        ("", ""),
        ("openai", ""),
        ("openai", "x" * 100_000),
        ("groq", "gpt-4o"),
        ("ollama", "mistral"),
        ("", "ollama/deepseek-r1"),
        ("openai", "whisper-1"),
        ("openai", "tts-1"),
    ],
)
def test_what_the_list_does_not_know_has_no_price(provider: str, model: str) -> None:
    assert price(call(provider, model, dict(USAGES[0])), LIST_ONLY) is None


@pytest.mark.parametrize(
    ("provider", "model", "list_id", "list_model"),
    [
        ("", "gpt-4o", "openai", "gpt-4o"),
        ("", "claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5"),
        ("my-gateway", "gemini-2.5-flash", "google", "gemini-2.5-flash"),
        ("", "models/gemini-2.5-flash", "google", "gemini-2.5-flash"),
        ("gcp.gemini", "models/gemini-2.5-flash", "google", "gemini-2.5-flash"),
        (
            "gcp.vertex_ai",
            "publishers/google/models/gemini-2.5-pro",
            "google",
            "gemini-2.5-pro",
        ),
        ("", "openai/gpt-4o", "openai", "gpt-4o"),
        ("litellm", "anthropic/claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5"),
        ("openai", "anthropic/claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5"),
        ("openrouter", "openai/gpt-4o", "openrouter", "openai/gpt-4o"),
        ("", "openrouter/openai/gpt-4o", "openrouter", "openai/gpt-4o"),
        ("OpenAI", "GPT-4o", "openai", "gpt-4o"),
        ("mistralai", "mistral-large-latest", "mistral", "mistral-large-latest"),
        ("google_genai", "gemini-2.5-flash", "google", "gemini-2.5-flash"),
        (
            "aws.bedrock",
            "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0",
            "aws",
            "anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
    ],
)
def test_names_find_their_model(provider: str, model: str, list_id: str, list_model: str) -> None:
    cost = cost_of(provider, model, dict(USAGES[2]))

    assert cost.total == listed(list_id, list_model, USAGES[2])[2]


def test_a_deployment_is_priced_by_the_model_that_answered() -> None:
    answered = call("azure.ai.openai", "gpt-4o-2024-08-06", dict(USAGES[0]), requested="prod-eu")
    silent = call("azure.ai.openai", "", dict(USAGES[0]), requested="gpt-4o-2024-08-06")

    assert price(answered, LIST_ONLY) == price(silent, LIST_ONLY)
    assert price(answered, LIST_ONLY) is not None


def test_no_usage_has_no_price() -> None:
    assert (
        price(call("openai", "gpt-4o", {"input_tokens": None, "output_tokens": None}), LIST_ONLY)
        is None
    )


def test_an_unknown_side_is_not_zero() -> None:
    only_input = cost_of("openai", "gpt-4o", {"input_tokens": 1000, "output_tokens": None})
    only_output = cost_of("openai", "gpt-4o", {"input_tokens": None, "output_tokens": 1000})

    assert (only_input.input, only_input.output, only_input.total) == (
        Decimal("0.0025"),
        None,
        None,
    )
    assert (only_output.input, only_output.output, only_output.total) == (
        None,
        Decimal("0.01"),
        None,
    )


def test_an_output_by_tier_is_unknown_without_the_input() -> None:
    span = call("gcp.gemini", "gemini-2.5-pro", {"input_tokens": None, "output_tokens": 1000})

    assert price(span, LIST_ONLY) is None


def test_an_embedding_needs_no_output() -> None:
    cost = cost_of("openai", "text-embedding-3-small", {"input_tokens": 1000})

    assert (cost.output, cost.total) == (Decimal(0), Decimal("0.00002"))


def test_a_free_model_costs_zero() -> None:
    cost = cost_of("openai", "omni-moderation-latest", dict(USAGES[0]))

    assert (cost.total, cost.by_class) == (Decimal(0), {})


@pytest.mark.parametrize(
    "usage",
    [
        {"input_tokens": 10, "output_tokens": None, "cache_read_tokens": 11},
        {"input_tokens": -5, "output_tokens": None},
        {"input_tokens": 2**60, "output_tokens": 2**60},
    ],
)
def test_counts_that_cannot_be_are_not_billed(usage: dict[str, int | None]) -> None:
    assert price(call("openai", "gpt-4o", usage), LIST_ONLY) is None


@pytest.mark.parametrize("start_ns", [0, -DAY_NS, 2**63 - 1, 2**64 - 1])
def test_any_time_has_a_price(start_ns: int) -> None:
    span = call("openai", "o3", dict(USAGES[0]))
    span.start_ns = start_ns

    assert price(span, LIST_ONLY) is not None
