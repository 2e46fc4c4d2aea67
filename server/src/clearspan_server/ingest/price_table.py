"""The price list: which model a name means, and what each class of its usage costs at a moment.

The data is that of the package `genai-prices`, as installed; nothing is fetched. Its own calculation
takes 70 to 100 µs a call, so a model's prices are compiled once into integers, for each stretch of
time in which they do not change.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import combinations

import genai_prices
from genai_prices.data import providers
from genai_prices.data_snapshot import find_provider_by_id
from genai_prices.data_units import unit_data
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    PriceVariant,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
)
from genai_prices.units import UnitDef, UnitRegistry

VERSION = f"genai-prices/{genai_prices.__version__}"

PRICE_DIGITS = 24
"""A price is a whole number of 10⁻²⁴ USD: the list goes down to 10⁻¹⁸ USD a million tokens."""

_UNITS = UnitRegistry(unit_data)
_NS_PER_SECOND = 1_000_000_000
_NS_PER_DAY = 86_400 * _NS_PER_SECOND
_LONGEST_NAME = 256  # names come from senders; none that is longer means a model

# The OpenTelemetry names that the list's own matching would miss or take for another provider.
_PROVIDER_IDS = {
    "gcp.gen_ai": "google",
    "gcp": "google",
    "x_ai": "x-ai",
    "mistral_ai": "mistral",
}
# Whoever runs the model pays for the machine, not by the token.
_SELF_HOSTED = frozenset(
    (
        "ollama",
        "vllm",
        "llama_cpp",
        "llamacpp",
        "llama.cpp",
        "lmstudio",
        "lm_studio",
        "sglang",
        "tgi",
    )
)

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
USAGE_KEYS = (*PLAIN_USAGE, *(key for key in _UNITS.units if key not in PLAIN_USAGE))
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
    tiers: tuple[tuple[int, int], ...]  # (above so many input tokens, price), highest first
    narrower: tuple[int, ...]
    crossing: tuple[tuple[int, int], ...]


@dataclass(slots=True, frozen=True)
class Card:
    """All prices of a model at one time, the narrowest class first; a free model has none.

    `plain_rates` are enough for a span whose usage is in `PLAIN_USAGE` alone, unless it has audio input
    and the card is `crossed`. `charged` are the sides that cost anything, `tiered` those whose price
    follows the size of the input.
    """

    rates: tuple[Rate, ...]
    plain_rates: tuple[Rate, ...]
    crossed: bool
    charged: frozenset[int]
    tiered: frozenset[int]


@dataclass(slots=True)
class Schedule:
    """The cards of a model over time, compiled when first asked for."""

    model: ModelInfo
    context: dict[str, str]
    dates_ns: list[int]
    times_of_day_ns: list[int]
    cards: dict[tuple[int, int], Card | None] = field(default_factory=dict)

    def card_at(self, at_ns: int) -> Card | None:
        """The prices at a moment, in nanoseconds since the epoch; None for a model not sold by token."""
        stretch = (
            bisect_right(self.dates_ns, at_ns),
            bisect_right(self.times_of_day_ns, at_ns % _NS_PER_DAY) if self.times_of_day_ns else 0,
        )
        if stretch not in self.cards:
            at = datetime.fromtimestamp(at_ns // _NS_PER_SECOND, UTC)
            self.cards[stretch] = _compile(self.model.get_prices(at, self.context))
        return self.cards[stretch]


@lru_cache(maxsize=4096)
def schedule(provider: str, model: str, service_tier: str) -> Schedule | None:
    """The prices of a model as its provider calls it; None when the list does not know it.

    Args:
        provider: OpenTelemetry's name, the list's own, or "" when it is not known.
        model: As requested or answered, with or without date and prefix.
        service_tier: As the provider answered it, or "".
    """
    found = _find(provider.strip().lower(), model.strip().lower())
    if found is None:
        return None
    owner, info = found
    # Tiers are the provider's own; a model borrowed from another provider's list has none here.
    own = any(info is one for one in owner.models)
    variants = info.price_variants or [] if own and service_tier else []
    conditions = info.prices if isinstance(info.prices, list) else []
    dates, times = _boundaries([*conditions, *variants])
    return Schedule(info, _context(service_tier) if own else {}, dates, times)


def _find(provider: str, model: str) -> tuple[Provider, ModelInfo] | None:
    if not model or len(model) > _LONGEST_NAME or provider in _SELF_HOSTED:
        return None
    vendor, _, rest = model.partition("/")
    if vendor in _SELF_HOSTED:
        return None
    owner = _provider(provider)
    if owner is not None:
        found = _find_in(owner, model) or _find_in(owner, model.rpartition("/")[2])
        if found:
            return found
    if rest and (named := _provider(vendor)):  # openai/gpt-4o, openrouter/openai/gpt-4o
        return _find_in(named, rest)
    if owner is not None:
        return None
    for name in (model, model.rpartition("/")[2]):  # models/gemini-2.5-flash
        if (maker := _maker(name)) and (found := _find_in(maker, name)):
            return found
    return None


def _maker(model: str) -> Provider | None:
    """The provider whose models are named like this one."""
    for owner in providers:
        if owner.model_match is not None and owner.model_match.is_match(model):
            return owner
    return None


def _find_in(owner: Provider, model: str) -> tuple[Provider, ModelInfo] | None:
    info = owner.find_model(model, all_providers=providers)
    return (owner, info) if info is not None else None


@lru_cache(maxsize=1024)
def _provider(name: str) -> Provider | None:
    if name.startswith(("azure", "az.")):  # azure.ai.openai is not openai
        name = "azure"
    return find_provider_by_id(providers, _PROVIDER_IDS.get(name, name)) if name else None


def _context(service_tier: str) -> dict[str, str]:
    """What the list calls the conditions of a call; batches and speeds have words of their own."""
    if not service_tier:
        return {}
    context = {"service_tier": service_tier}
    if service_tier == "batch":
        context["processing"] = "batch"
    elif service_tier == "fast":
        context["speed"] = "fast"
    return context


def _boundaries(prices: list[ConditionalPrice | PriceVariant]) -> tuple[list[int], list[int]]:
    """When prices may change: moments in nanoseconds since the epoch, and in nanoseconds of a UTC day."""
    dates: set[int] = set()
    times: set[int] = set()
    for price in prices:
        if isinstance(price.constraint, StartDateConstraint):
            start = datetime.combine(price.constraint.start_date, time(), UTC)
            dates.add(int(start.timestamp()) * _NS_PER_SECOND)
        elif isinstance(price.constraint, TimeOfDateConstraint):
            times.update(map(_ns_of_day, (price.constraint.start_time, price.constraint.end_time)))
    return sorted(dates), sorted(times)


def _ns_of_day(value: time) -> int:
    offset = value.utcoffset()
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    if offset is not None:
        seconds -= int(offset.total_seconds())
    return seconds % 86_400 * _NS_PER_SECOND


def _compile(prices: ModelPrice) -> Card | None:
    priced = [
        (_UNITS.unit_for_price_key(key), price)
        for key, price in vars(prices).items()
        if isinstance(price, (Decimal, TieredPrices))
    ]
    if priced and all(unit.dimensions["family"] != "tokens" for unit, _ in priced):
        return None  # by the minute, the page or the character, which a span does not count
    # Narrowest first, so that one pass knows what a class holds beyond its narrower ones.
    priced.sort(key=lambda entry: (-len(entry[0].dimensions), entry[0].usage_key))
    rates = _rates(priced)
    return Card(
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
    return Rate(
        name=unit.usage_key.removesuffix("_tokens"),
        usage=_POSITIONS[unit.usage_key],
        side=_SIDES.get(unit.dimensions.get("direction", ""), OTHER),
        price=_scaled(base, unit.per),
        tiers=tuple((tier.start, _scaled(tier.price, unit.per)) for tier in reversed(tiers)),
        narrower=tuple(at for at, other in enumerate(priced) if _is_within(other, unit)),
        crossing=_crossing(unit),
    )


def _scaled(price: Decimal, per: int) -> int:
    """A price for `per` units as a whole number of 10⁻²⁴ USD a unit."""
    return round(Fraction(price.scaleb(PRICE_DIGITS)) / per)


def _is_within(inner: UnitDef, outer: UnitDef) -> bool:
    return inner is not outer and outer.dimensions.items() <= inner.dimensions.items()


def _crossing(unit: UnitDef) -> tuple[tuple[int, int], ...]:
    wider = [other for other in _UNITS.units.values() if _is_within(unit, other)]
    return tuple(
        (_POSITIONS[one.usage_key], _POSITIONS[other.usage_key])
        for one, other in combinations(wider, 2)
        if not _is_within(one, other)
        and not _is_within(other, one)
        and {**one.dimensions, **other.dimensions} == dict(unit.dimensions)
    )
