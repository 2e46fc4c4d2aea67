"""A project's own prices: which entry means a call, and the card of its prices."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from genai_prices.types import ModelPrice
from genai_prices.validation import validate_priced_units

from clearspan_server.errors import BadInput
from clearspan_server.ingest.price_card import UNITS, Card, Origin, compile_card
from clearspan_server.ingest.price_names import split_vendor
from clearspan_server.model.price_entry import PriceEntry

_MOST_USD = Decimal(1_000_000)  # a million tokens; more is a slip of the pen
_MOST_DIGITS = 18  # after the point, so that a price is a whole number of `price_card.PRICE_DIGITS`
Pattern = tuple[str, ...]  # what stands between the stars of an entry's name

_LONGEST_NAME = 200
_SEEN = re.compile(r"[^\x00-\x20\x7f]+( [^\x00-\x20\x7f]+)*")

CLASSES = {
    key.removesuffix("_tokens"): unit
    for key, unit in UNITS.units.items()
    if unit.dimensions["family"] == "tokens"
}
"""What may have a price: the list's classes of tokens, without the ending `_tokens`."""


@dataclass(slots=True, frozen=True)
class Match:
    """An entry that means a call's model, and by which of its names; the best of several is the smallest `rank`."""

    entry: PriceEntry
    name: str
    rank: tuple[bool, int, bool, int]
    card: Card | None


class OwnPrices:
    """The entries of one project; immutable, but for what it remembers."""

    def __init__(self, entries: Sequence[PriceEntry]) -> None:
        self.entries = tuple(entries)
        self._patterns = [(entry, _pattern(entry.model), _card(entry)) for entry in self.entries]
        self.matches = lru_cache(maxsize=4096)(self._matches)

    def find(self, providers: tuple[str, ...], names: tuple[str, ...], at_ns: int) -> Match | None:
        """The entry that prices a call at a moment, in nanoseconds since the epoch; `providers` are lower case."""
        if not self.entries:
            return None
        for match in self.matches(providers, names):
            since_ns = match.card.origin.since_ns if match.card else None
            if since_ns is None or since_ns <= at_ns:
                return match
        return None

    def anywhere(self, name: str) -> list[Match]:
        """Every entry that means the name at whatever provider, best first."""
        return self._matches(None, (name,))

    def alike(self, name: str) -> list[PriceEntry]:
        """Entries for another version of a model: `gpt-4o` and `gpt-4o-2024-08-06`."""
        plain = _plain_name(name)
        return [
            entry
            for entry in self.entries
            if "*" not in entry.model and _are_versions(plain, _plain_name(entry.model))
        ]

    def _matches(self, providers: tuple[str, ...] | None, names: tuple[str, ...]) -> list[Match]:
        """Every entry that means the call, best first; without `providers`, whichever it is for.

        A name wins over a pattern, a longer pattern over a shorter one, one with the provider over one for any, and
        then what holds later. The model that answered comes before the one that was asked for.
        """
        found: list[Match] = []
        for entry, pattern, card in self._patterns:
            if entry.provider and providers is not None and entry.provider.lower() not in providers:
                continue
            name = next((one for one in names if _means(pattern, one)), None)
            if name is not None:
                literal = len(entry.model.replace("*", ""))
                rank = ("*" in entry.model, -literal, not entry.provider, names.index(name))
                found.append(Match(entry, name, rank, card))
        found.sort(key=lambda match: (match.rank, -(match.entry.since or date.min).toordinal()))
        return found


def _means(pattern: Pattern, name: str) -> bool:
    plain = name[:_LONGEST_NAME].strip().lower()
    return _matches(pattern, plain) or _matches(pattern, split_vendor(plain)[1])


def _plain_name(name: str) -> str:
    return split_vendor(name[:_LONGEST_NAME].strip().lower())[1]


def _are_versions(one: str, other: str) -> bool:
    """Whether one of two different names goes on where the other ends, after a mark such as `-` or `@`."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and not long[len(short) :][:1].isalnum() and long != short


def _pattern(model: str) -> Pattern:
    return tuple(model.lower().split("*"))


def _matches(pattern: Pattern, name: str) -> bool:
    """Whether the pieces stand in the name one after the other, from its beginning to its end; in linear time."""
    first, *rest = pattern
    if not rest:
        return name == first
    last = rest.pop()
    if not name.startswith(first) or len(name) < len(first) + len(last):
        return False
    at, end = len(first), len(name) - len(last)
    for piece in rest:
        found = name.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return name.endswith(last)


def _card(entry: PriceEntry) -> Card | None:
    since_ns = None
    if entry.since is not None:
        since_ns = int(datetime.combine(entry.since, time(), UTC).timestamp()) * 10**9
    prices = {CLASSES[name].price_key: price for name, price in entry.prices.items()}
    origin = Origin(entry.source, entry.provider, entry.model, since_ns)
    return compile_card(ModelPrice(**prices), origin)


def check_entry(
    provider: str, model: str, since: str | None, prices: Mapping[str, str]
) -> PriceEntry:
    """An entry of these values, without an id.

    Raises:
        BadInput: a value that cannot be; the message holds it.
    """
    _check_name("model", model)
    if provider:
        _check_name("provider", provider)
    if not model.replace("*", "") and not provider:
        raise BadInput(
            f"the model {model!r} would match every model of every provider", field="model"
        )
    return PriceEntry("", provider, model, _day(since), _prices(prices))


def _check_name(field: str, name: str) -> None:
    if len(name) > _LONGEST_NAME or not _SEEN.fullmatch(name):
        raise BadInput(
            f"{field} must be 1 to {_LONGEST_NAME} visible characters, not {name[:100]!r}",
            field=field,
        )


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not 1970 <= day.year < 2100 or len(text) != len("2026-11-21"):
        raise BadInput(
            f"since must be a day between 1970 and 2099 like 2026-11-21, not {text[:40]!r}",
            field="since",
        )
    return day


def _prices(texts: Mapping[str, str]) -> dict[str, Decimal]:
    if not texts:
        raise BadInput("an entry needs at least one price", field="prices")
    prices = {name: _price(name, text) for name, text in texts.items()}
    try:
        validate_priced_units([CLASSES[name] for name in prices], UNITS)
    except ValueError as error:
        raise BadInput(_plain(error), field="prices") from error
    return prices


def _price(name: str, text: str) -> Decimal:
    if name not in CLASSES:
        raise BadInput(
            f"no class of usage is called {name[:60]!r}", field="prices", known=sorted(CLASSES)
        )
    try:
        price = Decimal(text.strip())
    except InvalidOperation:
        price = Decimal("nan")
    exponent = price.as_tuple().exponent
    if not isinstance(exponent, int) or not 0 <= price <= _MOST_USD or -exponent > _MOST_DIGITS:
        raise BadInput(
            f"the price of {name} must be US dollars a million tokens, from 0 to {_MOST_USD}, not {text[:40]!r}",
            field="prices",
        )
    return price


def _plain(error: ValueError) -> str:
    """The list's own rule in our words: `Missing ancestor price for cache_read_tokens: input_tokens`."""
    _, _, rest = str(error).partition(" price for ")
    narrow, _, missing = rest.replace("_tokens", "").partition(": ")
    return f"a price of {narrow or error} needs one of {missing or 'its wider class'} too"
