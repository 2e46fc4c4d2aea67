"""Tokens to money: what a span's usage cost, a pure function over the price list."""

from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter

from clearspan_server.ingest.price_table import PRICE_DIGITS, VERSION, Card, Rate, Side, schedule
from clearspan_server.model.span import Span

_PICO = Decimal("1E-12")  # the last digit of money, as it is stored
_PER_PICO_DOLLAR: int = 10 ** (PRICE_DIGITS - 12)
_MOST_PICO_DOLLARS = 10**18 - 1  # what a Decimal(18, 12) holds; more is a broken count, not a bill

# Fields of the span, and the list's names of the same classes.
_USAGE = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_tokens": "cache_read_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "reasoning_tokens": "output_reasoning_tokens",
    "audio_input_tokens": "input_audio_tokens",
    "audio_output_tokens": "output_audio_tokens",
}
_usage_of = attrgetter(*_USAGE)


@dataclass(slots=True, frozen=True)
class Cost:
    """Money in US dollars, with 12 digits after the point.

    `by_class` splits it: `input` is what was neither cached nor otherwise priced apart, beside it
    `cache_read`, `cache_write`, `input_audio`, `output`, `requests` and others. Each class is rounded
    once, and `input`, `output` and `total` are sums of classes, so that the figures always add up.
    A side whose usage is not known is None, and so is then the total.
    """

    input: Decimal | None
    output: Decimal | None
    total: Decimal | None
    by_class: dict[str, Decimal]
    version: str


def price(span: Span, service_tier: str = "") -> Cost | None:
    """What the usage of a model call cost, at the prices of the moment it started.

    The model that answered counts, else the one that was asked for (Azure is asked for a deployment).
    Counts in `usage_other` take part under the list's names (`cache_write_1h_tokens`, `web_searches`).
    A side that the list does not charge for costs nothing, known or not: an embedding has no output.

    Args:
        span: Usage inclusive: cached tokens are part of the input, reasoning is part of the output.
        service_tier: As the provider answered it: "priority", "flex", "batch", …

    Returns:
        None, never zero, when the provider, the model or all of the usage is unknown, or when the
        counts contradict each other.
    """
    if span.input_tokens is None and span.output_tokens is None:
        return None
    card = _card(span, service_tier)
    if card is None:
        return None
    counts = {
        key: count
        for key, count in zip(_USAGE.values(), _usage_of(span), strict=True)
        if count is not None
    }
    if span.usage_other:
        counts = span.usage_other | counts
    charges, unknown = _charge(card, counts)
    sums: dict[Side, int] = {"input": 0, "output": 0, "other": 0}
    for _, side, pico in charges:
        sums[side] += pico
    if max(sums.values()) > _MOST_PICO_DOLLARS or {"input", "output"} <= unknown:
        return None
    return Cost(
        None if "input" in unknown else _PICO * sums["input"],
        None if "output" in unknown else _PICO * sums["output"],
        None if unknown else _PICO * sum(sums.values()),
        {name: _PICO * pico for name, side, pico in charges if side not in unknown},
        VERSION,
    )


def _card(span: Span, service_tier: str) -> Card | None:
    for model in (span.response_model, span.request_model):
        if model and (found := schedule(span.provider, model, service_tier)) is not None:
            return found.card_at(span.start_ns)
    return None


def _charge(card: Card, counts: dict[str, int]) -> tuple[list[tuple[str, Side, int]], set[Side]]:
    """Class, side and 10⁻¹² USD of what was used, and the sides that cannot be known.

    The same decomposition as the list's own `calc_price`: a class is charged for what none of its
    narrower priced classes holds.
    """
    unknown: set[Side] = set()
    if "input_tokens" not in counts:
        unknown |= card.charged & {"input"} | {rate.side for rate in card.rates if rate.tiers}
    if "output_tokens" not in counts:
        unknown |= card.charged & {"output"}
    charges: list[tuple[str, Side, int]] = []
    own: list[int] = []
    for rate in card.rates:
        count = 1 if rate.usage_key == "requests" else counts.get(rate.usage_key, 0)
        for inner in rate.narrower:
            count -= own[inner]
        own.append(count)
        if count < 0 or (rate.crossing and _overlap_is_unknown(rate, counts)):
            unknown.add(rate.side)
        elif count:
            charges.append((rate.name, rate.side, _charge_for(count, rate, counts)))
    return charges, unknown


def _charge_for(count: int, rate: Rate, counts: dict[str, int]) -> int:
    """In 10⁻¹² USD. Above a threshold of input every token costs the higher price, not only the rest."""
    unit_price = rate.price
    if rate.tiers:
        input_tokens = counts.get("input_tokens", 0)
        for above_tokens, tier_price in rate.tiers:
            if input_tokens > above_tokens:
                unit_price = tier_price
                break
    return (count * unit_price + _PER_PICO_DOLLAR // 2) // _PER_PICO_DOLLAR


def _overlap_is_unknown(rate: Rate, counts: dict[str, int]) -> bool:
    """Both audio and cached input were used: how much was both has a price of its own."""
    return rate.usage_key not in counts and any(
        counts.get(one) and counts.get(other) for one, other in rate.crossing
    )
