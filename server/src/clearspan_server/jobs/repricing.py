"""Re-pricing: stored spans get the costs that the prices of now give."""

from decimal import Decimal

from clearspan_server.ingest.price import Cost, price, set_cost
from clearspan_server.ingest.prices import Book
from clearspan_server.jobs.surveys import Scope, Survey, Way
from clearspan_server.model.rewrite import Difference, Stretch, Tally, biggest
from clearspan_server.model.span import Span
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
_OWN = "own/"


def survey(scope: Scope, stretch: Stretch) -> Survey:
    """Price every span with usage in a stretch; nothing is written."""
    tally = Tally()
    changed: list[Difference] = []
    for row in scope.engine.query(statement(_SCHEMA, "spans_usage"), scope.values(stretch)):
        span = Span(**row)
        cost = price(span, scope.today.book)
        new = cost.total if cost else None
        tally.spans += 1
        if cost is None and _is_kept(span):
            tally.kept += 1
            new = span.total_cost
        elif _differs(span, cost):
            changed.append(_difference(span, new))
        if span.counted:
            tally.old_total += span.total_cost or 0
            tally.new_total += new or 0
    tally.changed = len(changed)
    tally.biggest = biggest(changed)
    return Survey(tally, [(one.trace_id, one.span_id) for one in changed])


def again(scope: Scope, spans: list[Span]) -> list[Span]:
    """The spans with the costs that the prices of now give, one version on."""
    return [repriced(span, scope.today.book) for span in spans]


def repriced(span: Span, book: Book) -> Span:
    """The span with the cost that the prices of now give, one version on."""
    cost = price(span, book)
    if cost is not None or not _is_kept(span):
        set_cost(span, cost)
        span.version += 1
    return span


def _is_kept(span: Span) -> bool:
    """A cost from the list stays where the list knows no price any more; one of an own entry goes with its entry."""
    return span.price_version != "" and not span.price_version.startswith(_OWN)


def _differs(span: Span, cost: Cost | None) -> bool:
    if cost is None:
        return span.price_version != ""
    stored = (span.input_cost, span.output_cost, span.total_cost, span.cost_by_class)
    return stored != (cost.input, cost.output, cost.total, cost.by_class)


def _difference(span: Span, new: Decimal | None) -> Difference:
    return Difference(
        trace_id=span.trace_id,
        span_id=span.span_id,
        name=span.name,
        model=span.response_model or span.request_model,
        start_ns=span.start_ns,
        old=span.total_cost,
        new=new,
    )


# Spans without bodies are read; a fuller hour is done in parts.
REPRICING = Way("spans_usage_hours", 50_000, survey, again)
