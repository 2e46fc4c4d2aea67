"""A price card: what each class of a model's usage costs, compiled from the price list's form into integers.

The list's own calculation takes 70 to 100 µs a call; a card is compiled once for each stretch of time in which the
prices do not change.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from genai_prices.data_units import unit_data
from genai_prices.types import ModelPrice, TieredPrices
from genai_prices.units import UnitDef, UnitRegistry

PRICE_DIGITS = 24
"""A price is a whole number of 10⁻²⁴ USD: the list goes down to 10⁻¹⁸ USD a million tokens."""

UNITS = UnitRegistry(unit_data)
_UNIT_OF_PRICE = {unit.price_key: unit for unit in UNITS.units.values()}

INPUT, OUTPUT, OTHER = range(3)  # sides; the first two are also the positions of their whole counts
_SIDES = {"input": INPUT, "output": OUTPUT}

# The list's names of the classes that a span has fields for; every call is one request.
PLAIN_USAGE = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_reasoning_tokens",
    "input_audio_tokens",
    "output_audio_tokens",
    "requests",
)
USAGE_KEYS = (*PLAIN_USAGE, *(key for key in UNITS.units if key not in PLAIN_USAGE))
_POSITIONS = {key: position for position, key in enumerate(USAGE_KEYS)}


@dataclass(slots=True, frozen=True)
class Rate:
    """The price of one class of usage.

    `usage` is the position of its count in `USAGE_KEYS`. `narrower` are the positions, in the card, of
    classes that are counted within this one and priced apart: cached input within input. `crossing`
    are pairs of counts whose overlap this class is: audio and cached input within cached audio.
    """

    name: str
    usage: int
    side: int  # INPUT, OUTPUT or OTHER
    price: int  # of one, in 10⁻²⁴ USD
    per: int  # as many are a price's unit in the list: a million tokens, a thousand searches
    tiers: tuple[tuple[int, int], ...]  # (above so many input tokens, price), highest first
    narrower: tuple[int, ...]
    crossing: tuple[tuple[int, int], ...]


@dataclass(slots=True, frozen=True)
class Origin:
    """Where prices come from: the list or an entry of the project's own, and the model that it means there.

    `since_ns` is when they began to hold, None when the source knows no beginning. `service_tier` is one that has
    prices of its own, else "".
    """

    source: str
    provider: str
    model: str
    since_ns: int | None = None
    service_tier: str = ""


@dataclass(slots=True, frozen=True)
class Card:
    """All prices of a model at one time, the narrowest class first; a free model has none.

    `plain_rates` are enough for a span whose usage is in `PLAIN_USAGE` alone, unless it has audio input
    and the card is `crossed`. `charged` are the sides that cost anything, `tiered` those whose price
    follows the size of the input.
    """

    origin: Origin
    rates: tuple[Rate, ...]
    plain_rates: tuple[Rate, ...]
    crossed: bool
    charged: frozenset[int]
    tiered: frozenset[int]


def compile_card(prices: ModelPrice, origin: Origin) -> Card | None:
    """The card of prices; None for a model that is not sold by the token."""
    priced = [
        (_UNIT_OF_PRICE[key], price)
        for key, price in vars(prices).items()
        # A newer list may know classes that spans cannot tell yet: they are charged as what they are part of.
        if isinstance(price, (Decimal, TieredPrices)) and key in _UNIT_OF_PRICE
    ]
    if priced and all(unit.dimensions["family"] != "tokens" for unit, _ in priced):
        return None  # by the minute, the page or the character, which a span does not count
    # Narrowest first, so that one pass knows what a class holds beyond its narrower ones.
    priced.sort(key=lambda entry: (-len(entry[0].dimensions), entry[0].usage_key))
    rates = _rates(priced)
    return Card(
        origin,
        rates,
        _rates([entry for entry in priced if entry[0].usage_key in PLAIN_USAGE]),
        any(rate.crossing for rate in rates),
        frozenset(rate.side for rate in rates if rate.price or rate.tiers),
        frozenset(rate.side for rate in rates if rate.tiers),
    )


def _rates(priced: list[tuple[UnitDef, Decimal | TieredPrices]]) -> tuple[Rate, ...]:
    units = [unit for unit, _ in priced]
    return tuple(_rate(unit, price, units) for unit, price in priced)


def _rate(unit: UnitDef, price: Decimal | TieredPrices, priced: list[UnitDef]) -> Rate:
    base, tiers = (price.base, price.tiers) if isinstance(price, TieredPrices) else (price, [])
    highest_first = sorted(tiers, key=lambda tier: tier.start, reverse=True)
    return Rate(
        name=unit.usage_key.removesuffix("_tokens"),
        usage=_POSITIONS[unit.usage_key],
        side=_SIDES.get(unit.dimensions.get("direction", ""), OTHER),
        price=_scaled(base, unit.per),
        per=unit.per,
        tiers=tuple((tier.start, _scaled(tier.price, unit.per)) for tier in highest_first),
        narrower=tuple(at for at, other in enumerate(priced) if _is_within(other, unit)),
        crossing=_crossing(unit),
    )


def _scaled(price: Decimal, per: int) -> int:
    """A price for `per` units as a whole number of 10⁻²⁴ USD a unit."""
    return round(Fraction(price.scaleb(PRICE_DIGITS)) / per)


def _is_within(inner: UnitDef, outer: UnitDef) -> bool:
    return inner is not outer and outer.dimensions.items() <= inner.dimensions.items()


def _crossing(unit: UnitDef) -> tuple[tuple[int, int], ...]:
    wider = [other for other in UNITS.units.values() if _is_within(unit, other)]
    return tuple(
        (_POSITIONS[one.usage_key], _POSITIONS[other.usage_key])
        for one, other in combinations(wider, 2)
        if not _is_within(one, other)
        and not _is_within(other, one)
        and {**one.dimensions, **other.dimensions} == dict(unit.dimensions)
    )
