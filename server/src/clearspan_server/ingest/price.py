"""Tokens to money: what a span's usage cost, a pure function over the prices of its project, and how it adds up."""

from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter

from clearspan_server.ingest.price_card import (
    INPUT,
    OUTPUT,
    PLAIN_USAGE,
    PRICE_DIGITS,
    USAGE_KEYS,
    Card,
    Origin,
    Rate,
)
from clearspan_server.ingest.prices import Book
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

PRICED_BY = frozenset(
    (
        *("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"),
        *("reasoning_tokens", "audio_input_tokens", "audio_output_tokens", "usage_other"),
        *("provider", "request_model", "response_model", "service_tier"),
    )
)
"""The fields of a span that a price follows from, beside its start."""


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


@dataclass(slots=True, frozen=True)
class PriceLine:
    """One class of a cost: `count` × `unit_price` (US dollars for `per` of them) = `amount` (US dollars).

    `above_tokens` is the size of the input beyond which this price holds, where there are tiers and one was reached.
    """

    name: str
    count: int
    unit_price: Decimal
    per: int
    amount: Decimal
    above_tokens: int | None


@dataclass(slots=True, frozen=True)
class Explained:
    """A cost, where its prices come from, and a line for each class of it."""

    cost: Cost
    origin: Origin
    lines: list[PriceLine]


_Charges = list[tuple[Rate, int, int]]  # the class, how many of it, 10⁻¹² USD


def price(span: Span, book: Book) -> Cost | None:
    """What the usage of a model call cost, at the prices of the moment it started.

    The model that answered counts, else the one that was asked for (Azure is asked for a deployment).
    Counts in `usage_other` take part under the list's names (`cache_write_1h_tokens`, `web_searches`).
    A side that is not charged for costs nothing, known or not: an embedding has no output.

    Args:
        span: Usage inclusive: cached tokens are part of the input, reasoning is part of the output.
        book: The prices of the span's project.

    Returns:
        None, never zero, when the provider, the model or all of the usage is unknown, or when the
        counts contradict each other.
    """
    card = _card(span, book)
    return None if card is None else price_by(span, card)


def price_by(
    span: Span, card: Card, calls: int = 1, largest_input: int | None = None
) -> Cost | None:
    """What the usage of a span costs by a card; None where `price` gives None.

    Of several `calls` whose usage is added up in the span, `largest_input` is that of any of them: all must fall under
    the same tier of the card.
    """
    charges, unknown, _ = _charges(span, card, calls, largest_input)
    return _cost(charges, unknown, card.origin.source)


def card_elsewhere(span: Span, provider: str, model: str, book: Book) -> Card | None:
    """The prices of another model for a call: of `provider`, else of who served the call, else of its maker."""
    for name in (provider,) if provider else (span.provider, ""):
        if card := book.card(name, (model,), span.service_tier, span.start_ns):
            return card
    return None


def explain(span: Span, book: Book) -> Explained | None:
    """The cost of a span class by class; None where `price` gives None."""
    card = _card(span, book)
    if card is None:
        return None
    charges, unknown, counts = _charges(span, card)
    cost = _cost(charges, unknown, card.origin.source)
    if cost is None:
        return None
    lines = [_line(*charge, counts) for charge in charges if charge[0].side not in unknown]
    lines.sort(key=lambda line: _ORDER.get(line.name, len(_ORDER)))
    return Explained(cost, card.origin, lines)


def set_cost(span: Span, cost: Cost | None) -> None:
    """Give a span its cost, or none; what its sender reported stays apart."""
    span.input_cost, span.output_cost, span.total_cost = (
        (cost.input, cost.output, cost.total) if cost else (None, None, None)
    )
    span.cost_by_class = cost.by_class if cost else {}
    span.price_version = cost.version if cost else ""


_ORDER = {key.removesuffix("_tokens"): at for at, key in enumerate(USAGE_KEYS)}
_ORDER["output"] = len(_ORDER)  # input and its parts first


def _line(rate: Rate, count: int, picos: int, counts: _Counts) -> PriceLine:
    price_of_one, above_tokens = _price_of_one(rate, counts[INPUT])
    unit_price = Decimal(price_of_one * rate.per).scaleb(-PRICE_DIGITS).normalize()
    return PriceLine(rate.name, count, unit_price, rate.per, _PICO * picos, above_tokens)


def _card(span: Span, book: Book) -> Card | None:
    if span.input_tokens is None and span.output_tokens is None:
        return None
    answered, asked = span.response_model, span.request_model
    names = (answered, asked) if answered and asked and asked != answered else (answered or asked,)
    return book.card(span.provider, names, span.service_tier, span.start_ns) if names[0] else None


def _charges(
    span: Span, card: Card, calls: int = 1, largest_input: int | None = None
) -> tuple[_Charges, set[int], _Counts]:
    """What each class costs, the sides that cannot be told, and the counts in the order of `USAGE_KEYS`."""
    counts: _Counts = (*_usage_of(span), calls)
    rates = card.plain_rates
    if span.usage_other or (card.crossed and span.audio_input_tokens):
        counts += tuple(map(span.usage_other.get, USAGE_KEYS[len(PLAIN_USAGE) :]))
        rates = card.rates
    unknown = _unknown(card, counts)
    charges: _Charges = []
    own: list[int] = []
    for rate in rates:
        count = counts[rate.usage] or 0
        for inner in rate.narrower:
            count -= own[inner]
        own.append(count)
        if count < 0 or (rate.crossing and _overlap_is_unknown(rate, counts)):
            unknown.add(rate.side)
        elif count:
            sized = counts[INPUT] if largest_input is None else largest_input
            price_of_one = _price_of_one(rate, sized)[0] if rate.tiers else rate.price
            picos = (count * price_of_one + _PER_PICO_DOLLAR // 2) // _PER_PICO_DOLLAR
            charges.append((rate, count, picos))
    return charges, unknown, counts


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


def _price_of_one(rate: Rate, input_tokens: int | None) -> tuple[int, int | None]:
    """In 10⁻²⁴ USD, and the threshold of input that was passed: above it every token has the higher price."""
    for above_tokens, tier_price in rate.tiers:
        if (input_tokens or 0) > above_tokens:
            return tier_price, above_tokens
    return rate.price, None


def _cost(charges: _Charges, unknown: set[int], source: str) -> Cost | None:
    sums = [0, 0, 0]
    by_class: dict[str, Decimal] = {}
    for rate, _, picos in charges:
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
        source,
    )
