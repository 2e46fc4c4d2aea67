"""The price list: which model a name means, and what it costs at a moment.

The data is that of the package `genai-prices`, as installed or imported from a newer `data.json`; nothing is fetched.
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from functools import lru_cache
from itertools import product

import genai_prices
import orjson
from genai_prices.data import providers as bundled_providers
from genai_prices.data_snapshot import find_provider_by_id
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    PriceVariant,
    Provider,
    StartDateConstraint,
    TimeOfDateConstraint,
    _providers_from_raw,
)
from pydantic import JsonValue, ValidationError

from clearspan_server.errors import BadInput
from clearspan_server.ingest.price_card import Card, Origin, compile_card
from clearspan_server.ingest.price_names import (
    FINE_TUNE,
    RESERVED,
    SELF_HOSTED,
    is_bedrock_id,
    provider_id,
    spellings,
    split_vendor,
)

VERSION = f"genai-prices/{genai_prices.__version__}"

_NS_PER_SECOND = 1_000_000_000
_NS_PER_DAY = 86_400 * _NS_PER_SECOND
_LONGEST_NAME = 256  # names come from senders; none that is longer means a model
_REMEMBERED = 4096  # models, each with its provider and service tier


@dataclass(slots=True)
class Schedule:
    """The cards of a model over time, compiled when first asked for."""

    model: ModelInfo
    context: dict[str, str]
    origin: Origin
    dates_ns: list[int]
    times_of_day_ns: list[int]
    cards: dict[tuple[int, int], Card | None] = field(default_factory=dict)

    def card_at(self, at_ns: int) -> Card | None:
        """The prices at a moment, in nanoseconds since the epoch; None for a model not sold by token."""
        date = bisect_right(self.dates_ns, at_ns)
        stretch = (
            date,
            bisect_right(self.times_of_day_ns, at_ns % _NS_PER_DAY) if self.times_of_day_ns else 0,
        )
        if stretch not in self.cards:
            at = datetime.fromtimestamp(at_ns // _NS_PER_SECOND, UTC)
            prices = self.model.get_prices(at, self.context)
            # `default` is a tier too, by name, but costs what every call costs.
            is_plain = prices == self.model.get_prices(at)
            origin = replace(
                self.origin,
                since_ns=self.dates_ns[date - 1] if date else None,
                service_tier="" if is_plain else self.origin.service_tier,
            )
            self.cards[stretch] = compile_card(prices, origin)
        return self.cards[stretch]


class PriceList:
    """The prices of all providers in one version; immutable, but for what it remembers."""

    def __init__(self, providers: list[Provider], version: str) -> None:
        self.version = version
        self._providers = providers
        self.schedule = lru_cache(maxsize=_REMEMBERED)(self._schedule)
        self._provider = lru_cache(maxsize=1024)(self._find_provider)
        self.provider_names = lru_cache(maxsize=1024)(self._provider_names)

    def _schedule(self, provider: str, model: str, service_tier: str) -> Schedule | None:
        """The prices of a model as its provider calls it; None when the list does not know it.

        Args:
            provider: OpenTelemetry's name, the list's own, or "" when it is not known.
            model: As requested or answered, with or without date and prefix.
            service_tier: As the provider answered it, or "".
        """
        found = self._find(provider.strip().lower(), model.strip().lower())
        if found is None:
            return None
        owner, info = found
        # Tiers are the provider's own; a model borrowed from another provider's list has none here.
        own = any(info is one for one in owner.models)
        context = _context(service_tier) if own else {}
        variants = [one for one in info.price_variants or [] if one.when.items() <= context.items()]
        conditions = info.prices if isinstance(info.prices, list) else []
        dates, times = _boundaries([*conditions, *variants])
        origin = Origin(self.version, owner.id, info.id, service_tier=service_tier)
        return Schedule(info, context, origin, dates, times)

    def _find(self, provider: str, model: str) -> tuple[Provider, ModelInfo] | None:
        vendor, rest = split_vendor(model)
        if (
            not model
            or len(model) > _LONGEST_NAME
            or not SELF_HOSTED.isdisjoint((provider, vendor))
            or RESERVED in model
        ):
            return None
        if is_bedrock_id(model) and (aws := self._provider("aws")):
            found = self._find_in(aws, model)
            if found or model.startswith("arn:"):
                return found
        owner = self._provider(provider)
        if owner is not None and (found := self._find_in(owner, model)):
            return found
        if vendor and (named := self._provider(vendor)):  # openai/gpt-4o, openrouter/openai/gpt-4o
            return self._find_in(named, rest)
        return None if owner is not None else self._find_anywhere(model)

    def _find_anywhere(self, model: str) -> tuple[Provider, ModelInfo] | None:
        """A model whose provider nobody knows: by its maker, whose models have names like this one."""
        if model.startswith(FINE_TUNE) and (maker := self._provider("openai")):
            return self._find_in(maker, model)
        for name, owner in product(spellings(model), self._providers):
            if owner.model_match is not None and owner.model_match.is_match(name):
                info = owner.find_model(name, all_providers=self._providers)
                if info is not None:
                    return owner, info
        return None

    def _find_in(self, owner: Provider, model: str) -> tuple[Provider, ModelInfo] | None:
        for name in spellings(model):
            info = owner.find_model(name, all_providers=self._providers)
            if info is not None:
                return owner, info
        return None

    def _provider_names(self, provider: str) -> tuple[str, ...]:
        """What a provider may be called, lower case: as it was sent, and by the list's own word."""
        sent = provider.strip().lower()
        owner = self._provider(sent)
        return (sent,) if owner is None or owner.id == sent else (sent, owner.id)

    def _find_provider(self, name: str) -> Provider | None:
        return find_provider_by_id(self._providers, provider_id(name)) if name else None


BUNDLED = PriceList(bundled_providers, VERSION)


def read_list(data: bytes) -> PriceList:
    """A newer list: the bytes of genai-prices' `data.json`. Its version is made of its contents.

    Raises:
        BadInput: it is not such a list; the message says where.
    """
    try:
        raw = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"the price list is not JSON: {error}") from error
    if not isinstance(raw, list) or not raw:
        raise BadInput(
            "the price list is not an array of providers, as the data.json of genai-prices is"
        )
    try:
        providers = _providers_from_raw(raw)
        _try_out(providers, raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BadInput(
            f"the price list cannot be read at {place}: {first['msg']}, not {str(first['input'])[:100]!r}"
        ) from error
    except (ValueError, TypeError, LookupError, ArithmeticError, re.error) as error:
        raise BadInput(f"the price list cannot be read: {error}") from error
    return PriceList(providers, f"genai-prices/{hashlib.sha256(data).hexdigest()[:12]}")


def _try_out(providers: list[Provider], raw: JsonValue) -> None:
    """Whatever cannot be used shows now, not when a span comes."""
    for pattern in _patterns(raw):
        re.compile(pattern)
    origin = Origin("", "", "")
    for model in (model for owner in providers for model in owner.models):
        conditions = model.prices if isinstance(model.prices, list) else []
        for prices in [model.get_prices(datetime.now(UTC)), *(one.prices for one in conditions)]:
            compile_card(prices, origin)


def _patterns(raw: JsonValue) -> Iterator[str]:
    """The regular expressions in the raw list, at any depth."""
    if isinstance(raw, dict) and isinstance(found := raw.get("regex"), str):
        yield found
    parts = raw.values() if isinstance(raw, dict) else raw if isinstance(raw, list) else ()
    for part in parts:
        yield from _patterns(part)


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
