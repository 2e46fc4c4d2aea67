"""What calls would cost on another model: where the prices of `ingest` and the calls of `query` meet."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from clearspan_server.api.access import ReadAccess
from clearspan_server.ingest.price import card_elsewhere, price_by
from clearspan_server.ingest.price_card import Card
from clearspan_server.ingest.prices import Book
from clearspan_server.model.span import Span
from clearspan_server.query.models import Measured, measured_models
from clearspan_server.query.narrowing import Narrowing
from clearspan_server.query.whatif_calls import summed_calls
from clearspan_server.query.whatif_plan import ModelFacts
from clearspan_server.query.window import HOUR_NS
from clearspan_server.store.engine import Row

_USAGE = (
    *("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("reasoning_tokens", "audio_input_tokens", "audio_output_tokens"),
)


@dataclass(slots=True, frozen=True)
class Other:
    """Another model: what was asked for, what its calls would cost, and how fast it was here."""

    provider: str
    model: str
    facts: ModelFacts
    speed: Measured | None


def on_model(
    access: ReadAccess, spans: Iterable[Row], provider: str, model: str, now_ns: int
) -> Other:
    """What is known of a model for the spans of a trace, those with usage."""
    costs: dict[str, Decimal | None] = {}
    for row in spans:
        if row["input_tokens"] is not None or row["output_tokens"] is not None:
            span = _span(row, row["start_ns"])
            span.usage_other = dict(row["usage_other"])
            card = card_elsewhere(span, provider, model, access.book)
            cost = price_by(span, card) if card else None
            costs[row["span_id"]] = cost.total if cost else None
    speed = speed_of(access, provider, model, now_ns)
    facts = ModelFacts(
        costs, speed.ttft_ns if speed else None, speed.tokens_per_s if speed else None
    )
    return Other(provider, model, facts, speed)


def speed_of(access: ReadAccess, provider: str, model: str, now_ns: int) -> Measured | None:
    """How fast a model was; without a provider, where it was called most."""
    found = measured_models(access.engine, access.project, now_ns, model)
    return next((one for one in found if provider in ("", one.provider)), None)


@dataclass(slots=True)
class Calls:
    """Calls that are priced on both models, of which `rows` are the sums, and how many others were left out."""

    rows: list[Row] = field(default_factory=list)
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    left_out: float = 0

    def add(self, row: Row, cost: Decimal | None) -> None:
        """Add sums that would cost this much."""
        if cost is None or row["has_no_cost"]:
            self.left_out += row["calls"]
            return
        self.rows.append(row)
        self.before += row["cost"]
        self.after += cost


def calls_on_model(
    access: ReadAccess, asked: Narrowing, provider: str, model: str
) -> dict[tuple[str, str], Calls]:
    """The calls of a window by the provider and the model that answered them, priced on another model."""
    rows = summed_calls(access.engine, asked)
    edges = {edge for row in rows for edge in _edges(_card(row, provider, model, access.book))}
    if edges:  # prices change with the size of the input: sums must not go across
        rows = summed_calls(access.engine, asked, edges)
    found: defaultdict[tuple[str, str], Calls] = defaultdict(Calls)
    for row in rows:
        cost = _cost(row, _card(row, provider, model, access.book))
        found[row["provider"], row["model"]].add(row, cost)
    return dict(found)


def _card(row: Row, provider: str, model: str, book: Book) -> Card | None:
    return card_elsewhere(_summed(row), provider, model, book)


def _edges(card: Card | None) -> Iterable[int]:
    rates = card.rates if card else ()
    return (above for rate in rates for above, _ in rate.tiers)


def _cost(row: Row, card: Card | None) -> Decimal | None:
    if card is None or row["is_odd"]:
        return None
    cost = price_by(_summed(row), card, max(1, round(row["calls"])), row["largest_input"])
    return cost.total if cost else None


def _summed(row: Row) -> Span:
    """Sums as one span: what is not known of the calls, is not known of it."""
    span = _span(row, row["hour"] * HOUR_NS)
    for name in _USAGE:
        setattr(span, name, round(row[name]))
    span.input_tokens = None if row["has_no_input"] else span.input_tokens
    span.output_tokens = None if row["has_no_output"] else span.output_tokens
    span.usage_other = dict(row["usage_other"])
    return span


def _span(row: Row, start_ns: int) -> Span:
    named = {name: row[name] for name in (*_USAGE, "provider", "service_tier")}
    return Span(project="", trace_id="", span_id="", start_ns=start_ns, **named)
