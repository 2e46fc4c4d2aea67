"""Tokens to money: what a span's usage cost, a pure function over the price list."""

from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter

from clearspan_server.ingest.price_table import (
    INPUT,
    OUTPUT,
    PLAIN_USAGE,
    PRICE_DIGITS,
    USAGE_KEYS,
    VERSION,
    Card,
    Rate,
    schedule,
)
from clearspan_server.model.span import Span

_PICO = Decimal("1E-12")  # the last digit of money, as it is stored
_PER_PICO_DOLLAR: int = 10 ** (PRICE_DIGITS - 12)
_MOST_PICO_DOLLARS = 10**18 - 1  # what a Decimal(18, 12) holds; more is a broken count, not a bill

# In the order of `PLAIN_USAGE`, which ends with the request itself.
_usage_of = attrgetter(
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "audio_input_tokens",
    "audio_output_tokens",
)
_Counts = tuple[int | None, ...]


@dataclass(slots=True)
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


def price(span: Span) -> Cost | None:
    """What the usage of a model call cost, at the prices of the moment it started.

    The model that answered counts, else the one that was asked for (Azure is asked for a deployment).
    Counts in `usage_other` take part under the list's names (`cache_write_1h_tokens`, `web_searches`).
    A side that the list does not charge for costs nothing, known or not: an embedding has no output.

    Args:
        span: Usage inclusive: cached tokens are part of the input, reasoning is part of the output.

    Returns:
        None, never zero, when the provider, the model or all of the usage is unknown, or when the
        counts contradict each other.
    """
    counts: _Counts = (*_usage_of(span), 1)
    if counts[INPUT] is None and counts[OUTPUT] is None:
        return None
    card = _card(span)
    if card is None:
        return None
    rates = card.plain_rates
    if span.usage_other or (card.crossed and span.audio_input_tokens):
        counts += tuple(map(span.usage_other.get, USAGE_KEYS[len(PLAIN_USAGE) :]))
        rates = card.rates
    unknown = _unknown(card, counts)
    charges: list[tuple[Rate, int]] = []
    own: list[int] = []
    for rate in rates:
        count = counts[rate.usage] or 0
        for inner in rate.narrower:
            count -= own[inner]
        own.append(count)
        if count < 0 or (rate.crossing and _overlap_is_unknown(rate, counts)):
            unknown.add(rate.side)
        elif count:
            charges.append((rate, _charge(count, rate, counts)))
    return _cost(charges, unknown)


def _card(span: Span) -> Card | None:
    for model in (span.response_model, span.request_model):
        if model and (found := schedule(span.provider, model, span.service_tier)) is not None:
            return found.card_at(span.start_ns)
    return None


def _unknown(card: Card, counts: _Counts) -> set[int]:
    """The sides that cost something but cannot be counted."""
    unknown: set[int] = set()
    if counts[INPUT] is None:
        unknown.update(card.tiered, card.charged & {INPUT})
    if counts[OUTPUT] is None:
        unknown.update(card.charged & {OUTPUT})
    return unknown


def _overlap_is_unknown(rate: Rate, counts: _Counts) -> bool:
    """Both audio and cached input were used; how much was both has a price of its own."""
    return counts[rate.usage] is None and any(
        counts[one] and counts[other] for one, other in rate.crossing
    )


def _charge(count: int, rate: Rate, counts: _Counts) -> int:
    """In 10⁻¹² USD. Above a threshold of input every token has the higher price, not only the rest."""
    price_of_one = rate.price
    if rate.tiers:
        input_tokens = counts[INPUT] or 0
        for above_tokens, tier_price in rate.tiers:
            if input_tokens > above_tokens:
                price_of_one = tier_price
                break
    return (count * price_of_one + _PER_PICO_DOLLAR // 2) // _PER_PICO_DOLLAR


def _cost(charges: list[tuple[Rate, int]], unknown: set[int]) -> Cost | None:
    sums = [0, 0, 0]
    by_class: dict[str, Decimal] = {}
    for rate, picos in charges:
        if rate.side not in unknown:
            sums[rate.side] += picos
            by_class[rate.name] = _PICO * picos
    if (INPUT in unknown and OUTPUT in unknown) or sum(sums) > _MOST_PICO_DOLLARS:
        return None
    return Cost(
        None if INPUT in unknown else _PICO * sums[INPUT],
        None if OUTPUT in unknown else _PICO * sums[OUTPUT],
        None if unknown else _PICO * sum(sums),
        by_class,
        VERSION,
    )
