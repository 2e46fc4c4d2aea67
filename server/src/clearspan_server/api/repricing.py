"""`/prices/reprice`: give what is stored the costs that the prices of now give; a preview tells what would change."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from clearspan_server.api.access import ReadAccess, read_access, written_project
from clearspan_server.api.encode import money, money_or_none
from clearspan_server.api.rewriting import progress, rewrite_of, window_of
from clearspan_server.api.shapes_prices import (
    PriceDifference,
    RepricedModel,
    RepriceRequest,
    Repricing,
    RepricingList,
)
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery, rfc3339
from clearspan_server.model import rewrite

router = APIRouter(prefix="/api/v1/prices/reprice", tags=["prices"])


@router.post("", status_code=202)
def reprice(request: Request, asked: RepriceRequest) -> Repricing:
    """Begin a re-pricing; it goes on by itself, hour by hour, also after a restart."""
    server = state_of(request)
    project = written_project(request, asked.project)
    begun = server.rewrites.add(
        "reprice", window_of(project, asked.since, asked.until), is_dry=asked.preview
    )
    server.wake_rewriter()
    return _shape(begun)


@router.get("")
def list_repricings(
    request: Request,
    asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> RepricingList:
    """The newest 20 re-pricings of the project."""
    del asked
    newest = state_of(request).rewrites.newest("reprice", access.project)
    return RepricingList(repricings=[_shape(one) for one in newest])


@router.get("/{repricing_id}")
def get_repricing(
    request: Request,
    repricing_id: int,
    asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Repricing:
    """One re-pricing, with how far it is."""
    del asked
    rewrites = state_of(request).rewrites
    return _shape(rewrite_of(rewrites, "reprice", access.project, repricing_id))


@router.delete("/{repricing_id}", status_code=204, response_class=Response)
def cancel_repricing(request: Request, repricing_id: int) -> Response:
    """Stop a re-pricing where it is; what it has priced stays so."""
    project = written_project(request, "")
    rewrites = state_of(request).rewrites
    rewrites.end(rewrite_of(rewrites, "reprice", project, repricing_id).id, "cancelled")
    return Response(status_code=204)


def _shape(found: rewrite.Rewrite) -> Repricing:
    tally = found.tally
    return Repricing(
        id=found.id,
        preview=found.is_dry,
        state=found.state,
        since=rfc3339(found.from_ns),
        until=rfc3339(found.to_ns),
        created=rfc3339(found.created_ns),
        ended=None if found.ended_ns is None else rfc3339(found.ended_ns),
        progress=progress(found),
        spans=tally.spans,
        changed=tally.changed,
        gained=sum(one.gained for one in tally.models),
        kept=tally.kept,
        old_total=money(tally.old_total),
        new_total=money(tally.new_total),
        models=_models(tally.models),
        biggest=[_difference(one) for one in tally.biggest],
        error=found.error,
    )


def _models(found: list[rewrite.ModelTally]) -> list[RepricedModel]:
    """The models of which something changes, the biggest difference first."""
    changed = [one for one in found if one.changed]
    changed.sort(key=lambda one: (-abs(one.new_total - one.old_total), one.provider, one.model))
    return [
        RepricedModel(
            provider=one.provider,
            model=one.model,
            spans=one.spans,
            changed=one.changed,
            gained=one.gained,
            old_total=money(one.old_total),
            new_total=money(one.new_total),
        )
        for one in changed
    ]


def _difference(one: rewrite.Difference) -> PriceDifference:
    return PriceDifference(
        trace_id=one.trace_id,
        span_id=one.span_id,
        name=one.name,
        model=one.model,
        start=rfc3339(one.start_ns),
        old=money_or_none(one.old),
        new=money_or_none(one.new),
    )
