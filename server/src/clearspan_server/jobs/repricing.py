"""Re-pricing: stored spans get the costs that the prices of now give."""

from collections.abc import Collection

from clearspan_server.ingest.price import Cost, price, set_cost
from clearspan_server.ingest.prices import Book
from clearspan_server.jobs.surveys import Scope, Survey, Way
from clearspan_server.model.rewrite import (
    Difference,
    ModelTally,
    Stretch,
    Tally,
    biggest,
    by_model,
)
from clearspan_server.model.span import Span
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
_OWN = "own/"


def survey(scope: Scope, stretch: Stretch) -> Survey:
    """Price every span with usage in a stretch; nothing is written."""
    kept = 0
    models: dict[tuple[str, str], ModelTally] = {}
    changed: list[Difference] = []
    for row in scope.engine.query(statement(_SCHEMA, "spans_usage"), scope.values(stretch)):
        span = Span(**row)
        cost = price(span, scope.today.book)
        one = _difference(span, cost)
        kept += cost is None and one is None and span.price_version != ""
        key = (span.provider, span.response_model or span.request_model)
        _count(models.setdefault(key, ModelTally(*key)), span, one)
        if one is not None:
            changed.append(one)
    return Survey(
        _tally(models.values(), kept, changed),
        [(one.trace_id, one.span_id, one.start_ns) for one in changed],
    )


def again(scope: Scope, spans: list[Span]) -> list[Span]:
    """Those of the spans that the prices of now give another cost, with it, one version on."""
    return [span for span in spans if _reprice(span, scope.today.book)]


def _reprice(span: Span, book: Book) -> bool:
    cost = price(span, book)
    if _difference(span, cost) is None:
        return False
    set_cost(span, cost)
    span.version += 1
    return True


def _tally(models: Collection[ModelTally], kept: int, changed: list[Difference]) -> Tally:
    whole = ModelTally("", "")
    for one in models:
        whole.add(one)
    return Tally(
        spans=whole.spans,
        changed=whole.changed,
        kept=kept,
        old_total=whole.old_total,
        new_total=whole.new_total,
        models=by_model(models),
        biggest=biggest(changed),
    )


def _count(tally: ModelTally, span: Span, one: Difference | None) -> None:
    tally.spans += 1
    if one is not None:
        tally.changed += 1
        tally.gained += one.old is None and one.new is not None
    if span.counted:
        tally.old_total += span.total_cost or 0
        tally.new_total += (span.total_cost if one is None else one.new) or 0


def _difference(span: Span, cost: Cost | None) -> Difference | None:
    """How the cost differs from the stored one; None when it does not, or the stored one is to stay.

    A cost from the list stays where the list knows no price any more; one of an own entry goes with its entry.
    """
    stored = (span.input_cost, span.output_cost, span.total_cost, span.cost_by_class)
    if cost is None:
        if not span.price_version.startswith(_OWN):
            return None
    elif stored == (cost.input, cost.output, cost.total, cost.by_class):
        return None
    return Difference(
        trace_id=span.trace_id,
        span_id=span.span_id,
        name=span.name,
        model=span.response_model or span.request_model,
        start_ns=span.start_ns,
        old=span.total_cost,
        new=cost.total if cost else None,
    )


# Spans are read without bodies.
REPRICING = Way("spans_usage_minutes", 20_000, survey, again)
