"""Which entry prices a model, and why: for a person who tries a name."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from clearspan_server.ingest.own_prices import Match
from clearspan_server.ingest.price_card import Card
from clearspan_server.ingest.prices import Book
from clearspan_server.model.price_entry import PriceEntry


@dataclass(slots=True)
class Found:
    """The prices of a model, None where nobody knows them, with the reason in a sentence.

    `match` is the project's own entry that was taken, `passed_over` are the others that mean the model, or another
    version of it, each with why it was not taken.
    """

    card: Card | None
    why: str
    match: Match | None = None
    passed_over: list[tuple[PriceEntry, str]] = field(default_factory=list)


def search(book: Book, provider: str, model: str, service_tier: str, at_ns: int) -> Found:
    """What would price a call of this model at a moment, in nanoseconds since the epoch.

    Asked without a provider, an entry that has one is taken where none without one is.
    """
    names = (model,)
    match = book.match(provider, names, at_ns)
    if match is None and not provider:
        provider, match = _of_any_provider(book, model, at_ns)
    passed_over = list(_passed_over(book, provider, model, match, at_ns))
    if match is not None:
        return Found(match.card, _why_own(match, model), match, passed_over)
    card = book.card(provider, names, service_tier, at_ns)
    own = "No entry of the project prices it"
    if card is None:
        said = f"{provider} {model}".strip()
        return Found(
            None, f"{own}, and {book.prices.version} does not know {said!r}.", None, passed_over
        )
    origin = card.origin
    known = f"{origin.provider} {origin.model}"
    return Found(card, f"{own}; {origin.source} knows it as {known}.", None, passed_over)


def _of_any_provider(book: Book, model: str, at_ns: int) -> tuple[str, Match | None]:
    """The best entry of those that are for one provider, with its provider."""
    for match in book.own.anywhere(model):
        if _since_ns(match) <= at_ns:
            return match.entry.provider, match
    return "", None


def _passed_over(
    book: Book, provider: str, model: str, taken: Match | None, at_ns: int
) -> Iterator[tuple[PriceEntry, str]]:
    providers = book.prices.provider_names(provider)
    named = {taken.entry.id} if taken else set()
    for match in book.own.anywhere(model):
        entry = match.entry
        if entry.id in named:
            continue
        named.add(entry.id)
        if entry.provider and entry.provider.lower() not in providers and provider:
            yield entry, f"it is for the provider {entry.provider!r}, not {provider!r}"
        else:
            yield entry, _why_not(match, taken, at_ns)
    for entry in book.own.alike(model):
        if entry.id not in named and (not provider or entry.provider.lower() in ("", *providers)):
            yield entry, f"it prices calls in which {entry.model!r} was asked for or answered"


def _why_own(match: Match, model: str) -> str:
    entry = match.entry
    how = f"matches the pattern {entry.model!r}" if "*" in entry.model else "has exactly this name"
    whose = f" and the provider {entry.provider!r}" if entry.provider else ""
    return f"An entry of the project {how}{whose}; entries come before the price list, for {model!r} as for any model."


def _why_not(other: Match, taken: Match | None, at_ns: int) -> str:
    if _since_ns(other) > at_ns:
        return f"it holds only from {other.entry.since}"
    if taken is not None and other.entry.provider and not taken.entry.provider:
        return f"it is for the provider {other.entry.provider!r} alone, and none was given"
    if taken is None or taken.rank != other.rank:
        return "the other one matches more exactly"
    return "the other one holds later"


def _since_ns(match: Match) -> int:
    since_ns = match.card.origin.since_ns if match.card else None
    return 0 if since_ns is None else since_ns
