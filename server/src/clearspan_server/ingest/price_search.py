"""Which entry prices a model, and why: for a person who tries a name."""

from dataclasses import dataclass, field

from clearspan_server.ingest.own_prices import Match
from clearspan_server.ingest.price_card import Card
from clearspan_server.ingest.prices import Book


@dataclass(slots=True)
class Found:
    """The prices of a model, None where nobody knows them, with the reason in a sentence.

    `match` is the project's own entry that was taken, `passed_over` are the others that mean the model, each with why
    it was not taken.
    """

    card: Card | None
    why: str
    match: Match | None = None
    passed_over: list[tuple[Match, str]] = field(default_factory=list)


def search(book: Book, provider: str, model: str, service_tier: str, at_ns: int) -> Found:
    """What would price a call of this model at a moment, in nanoseconds since the epoch."""
    names = (model,)
    match = book.match(provider, names, at_ns)
    passed_over = [
        (other, _why_not(other, match, at_ns))
        for other in book.matches(provider, names)
        if match is None or other.entry.id != match.entry.id
    ]
    card = book.card(provider, names, service_tier, at_ns)
    if match is not None:
        return Found(card, _why_own(match, model), match, passed_over)
    own = "No entry of the project holds" if passed_over else "No entry of the project matches"
    if card is None:
        said = f"{provider} {model}".strip()
        return Found(
            None, f"{own}, and {book.prices.version} does not know {said!r}.", None, passed_over
        )
    origin = card.origin
    known = f"{origin.provider} {origin.model}"
    return Found(card, f"{own}; {origin.source} knows it as {known}.", None, passed_over)


def _why_own(match: Match, model: str) -> str:
    entry = match.entry
    how = f"matches the pattern {entry.model!r}" if "*" in entry.model else "has exactly this name"
    whose = f" and the provider {entry.provider!r}" if entry.provider else ""
    return f"An entry of the project {how}{whose}; entries come before the price list, for {model!r} as for any model."


def _why_not(other: Match, taken: Match | None, at_ns: int) -> str:
    since_ns = other.card.origin.since_ns if other.card else None
    if since_ns is not None and since_ns > at_ns:
        return f"it holds only from {other.entry.since}"
    if taken is None or taken.rank != other.rank:
        return "the other one matches more exactly"
    return "the other one holds later"
