"""`/whatif`: a trace with some of its spans changed, and the calls of a window on another model."""

import math
import time
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.encode import as_json, money, money_or_none
from clearspan_server.api.narrowing import FilterQuery, narrowing
from clearspan_server.api.shapes_whatif import (
    CallsFigures,
    CallsOfModel,
    CallsRequest,
    Change,
    ModelChange,
    ModelOnTrace,
    ModelSpeed,
    ModelSpeeds,
    WhatIf,
    WhatIfBottleneck,
    WhatIfCalls,
    WhatIfFigures,
    WhatIfRequest,
    WhatIfSegment,
    WhatIfSpan,
)
from clearspan_server.api.stillness import Still
from clearspan_server.api.whatif_prices import (
    Calls,
    Other,
    calls_on_model,
    on_model,
    speed_of,
)
from clearspan_server.api.window import ScopeQuery, rfc3339
from clearspan_server.query import whatif_plan
from clearspan_server.query.bottleneck import Bottleneck
from clearspan_server.query.models import MEASURED_DAYS, Measured, measured_models
from clearspan_server.query.whatif import Outcome, assumptions, outcome_of, what_if
from clearspan_server.query.whatif_calls import on_average_ns, per_call_ns
from clearspan_server.query.whatif_trace import read_spans, steps_of
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/v1", tags=["whatif"])


class ModelQuery(ScopeQuery):
    """A model; without a provider whoever serves a call, or the model's maker."""

    provider: str = Field(default="", max_length=200)
    model: str = Field(min_length=1, max_length=200)


@router.post("/traces/{trace_id}/whatif", response_model=WhatIf)
def ask_trace(
    trace_id: str,
    given: WhatIfRequest,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Response:
    """What a trace would have taken and cost with some of its spans changed. Nothing is stored.

    Changes add up, whatever their order; one whose target is not in the trace does nothing.
    """
    spans = read_spans(access.engine, access.project, trace_id)
    tree = steps_of(spans)
    others = _others(access, spans, given.changes)
    changes = [_change(one, others) for one in given.changes]
    found = what_if(tree, changes)
    answer = WhatIf(
        before=_figures(outcome_of(tree)),
        after=_figures(found),
        spans=_spans(found),
        models=[_on_trace(other) for other in others.values()],
        assumptions=assumptions(changes),
    )
    return as_json(answer)


@router.get("/traces/{trace_id}/whatif/model", response_model=ModelOnTrace)
def get_model_on_trace(
    trace_id: str,
    asked: Annotated[ModelQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Response:
    """What each model call of a trace would cost on another model, and how fast that model was in this project."""
    spans = read_spans(access.engine, access.project, trace_id)
    other = on_model(access, spans, asked.provider, asked.model, time.time_ns())
    return as_json(_on_trace(other))


@router.get("/models", response_model=ModelSpeeds)
def get_models(
    _asked: Annotated[ScopeQuery, Query()], access: Annotated[ReadAccess, Depends(read_access)]
) -> Response:
    """The models that this project called in the last 30 days, and how fast they were; at most 200."""
    found = measured_models(access.engine, access.project, time.time_ns())
    return as_json(ModelSpeeds(models=[_speed(one) for one in found], days=MEASURED_DAYS))


@router.post("/whatif", response_model=WhatIfCalls)
def ask_calls(
    given: CallsRequest,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Response:
    """What the model calls of a window that pass a filter would have cost on another model; default the last day.

    The filter asks spans, as on the page Cost: `model:gpt-4o`. Nothing is stored.
    """
    framed = {"from": given.since, "to": given.until, "filter": given.filter}
    narrowed = narrowing(FilterQuery.model_validate(framed), access, still, ahead_ns=0)
    found = calls_on_model(access, narrowed, given.provider, given.model)
    speed = speed_of(access, given.provider, given.model, time.time_ns())
    rows = [
        CallsOfModel(provider=provider, model=model, **_of_calls([calls], speed))
        for (provider, model), calls in found.items()
    ]
    totals = CallsFigures(**_of_calls(list(found.values()), speed))
    answer = WhatIfCalls(
        start=rfc3339(narrowed.window.from_ns),
        end=rfc3339(narrowed.window.to_ns),
        provider=given.provider,
        model=given.model,
        estimated=any(row["estimated"] for calls in found.values() for row in calls.rows),
        totals=totals,
        rows=sorted(rows, key=lambda row: -float(row.cost_before)),
        speed=_speed(speed) if speed else None,
        assumptions=_assumed(given.model, speed, totals.left_out),
    )
    return as_json(answer)


def _others(
    access: ReadAccess, spans: list[Row], changes: list[Change]
) -> dict[tuple[str, str], Other]:
    """What is known of each model that is asked for, by provider and name."""
    now_ns = time.time_ns()
    asked = dict.fromkeys(
        (one.provider, one.model) for one in changes if isinstance(one, ModelChange)
    )
    return {each: on_model(access, spans, *each, now_ns) for each in asked}


def _change(given: Change, others: dict[tuple[str, str], Other]) -> whatif_plan.Change:
    if isinstance(given, ModelChange):
        facts = others[given.provider, given.model].facts
        return whatif_plan.Change(
            action="model", target=given.target, model=given.model, facts=facts
        )
    return whatif_plan.Change(**given.model_dump())


def _figures(found: Outcome) -> WhatIfFigures:
    return WhatIfFigures(
        duration_ns=round(found.duration_ns),
        cost=money(found.cost),
        unpriced=found.unpriced,
        bottleneck=_bottleneck(found.bottleneck),
        critical_path=[
            WhatIfSegment(
                span_id=found.tree.steps[at].span_id,
                start_offset_ns=round(start_ns),
                end_offset_ns=round(end_ns),
            )
            for at, start_ns, end_ns in sorted(found.path, key=lambda one: one.start_ns)
        ],
    )


def _bottleneck(found: Bottleneck | None) -> WhatIfBottleneck | None:
    if found is None:
        return None
    return WhatIfBottleneck(
        name=found.name, ns=round(found.ns), share=found.share, spans=found.spans
    )


def _spans(found: Outcome) -> list[WhatIfSpan]:
    return [
        WhatIfSpan.model_validate(
            {
                "span_id": step.span_id,
                "parent_id": step.parent_id,
                "name": step.name,
                "kind": step.kind,
                "status": step.status,
                "start_offset_ns": step.start_ns,
                "duration_ns": found.tree.until(at) - step.start_ns,
                "ttft_ns": step.ttft_ns,
                "retry_of": step.retry_of,
                "total_cost": money_or_none(step.cost),
            }
        )
        for at, step in enumerate(found.tree.steps)
    ]


def _on_trace(other: Other) -> ModelOnTrace:
    return ModelOnTrace(
        provider=other.provider,
        model=other.model,
        costs={span_id: money_or_none(cost) for span_id, cost in other.facts.costs.items()},
        speed=_speed(other.speed) if other.speed else None,
    )


def _speed(measured: Measured) -> ModelSpeed:
    return ModelSpeed(
        provider=measured.provider,
        model=measured.model,
        calls=measured.calls,
        ttft_ns=None if measured.ttft_ns is None else round(measured.ttft_ns),
        tokens_per_s=measured.tokens_per_s,
    )


def _of_calls(parts: list[Calls], speed: Measured | None) -> Row:
    rows = [row for part in parts for row in part.rows]
    per_call = per_call_ns(rows)
    other = on_average_ns(rows, speed.ttft_ns, speed.tokens_per_s) if speed else None
    return {
        "calls": math.fsum(row["calls"] for row in rows),
        "left_out": math.fsum(part.left_out for part in parts),
        "input_tokens": math.fsum(row["input_tokens"] for row in rows),
        "output_tokens": math.fsum(row["output_tokens"] for row in rows),
        "cost_before": money(sum((part.before for part in parts), Decimal())),
        "cost_after": money(sum((part.after for part in parts), Decimal())),
        "per_call_ns_before": None if per_call is None else round(per_call),
        "per_call_ns_after": None if other is None else round(other),
    }


def _assumed(model: str, speed: Measured | None, left_out: float) -> list[str]:
    """What is taken for granted of the calls of a window."""
    return [
        "Every call has as many tokens as it had, as many of them cached; another model may count differently.",
        "Each call is priced as of when it was made, in the service tier that it had.",
        *(
            [
                f"{model} was not called here in the last {MEASURED_DAYS} days: nothing is said of its speed."
            ]
            if speed is None
            else [
                f"{model} is as fast as the medians of its {speed.calls} calls here in the last {MEASURED_DAYS} days."
            ]
        ),
        *(
            [f"{left_out:,.0f} calls are left out: they have no price on one of the models."]
            if left_out
            else []
        ),
    ]
