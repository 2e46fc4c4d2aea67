"""`/prices/reprice`: give what is stored the costs that the prices of now give; a dry run tells what would change."""

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from clearspan_server.api.access import ReadAccess, read_access, written_project
from clearspan_server.api.encode import money, money_or_none
from clearspan_server.api.shapes_prices import (
    PriceDifference,
    RepriceRequest,
    Repricing,
    RepricingList,
)
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery, parse_time, rfc3339
from clearspan_server.errors import BadInput, NotFound
from clearspan_server.model import rewrite

router = APIRouter(prefix="/api/v1/prices/reprice", tags=["prices"])


@router.post("", status_code=202)
def reprice(request: Request, asked: RepriceRequest) -> Repricing:
    """Begin a re-pricing; it goes on by itself, hour by hour, also after a restart."""
    server = state_of(request)
    project = written_project(request, asked.project)
    from_ns = 0 if asked.since is None else parse_time(asked.since, "since")
    to_ns = time.time_ns() if asked.until is None else parse_time(asked.until, "until")
    if from_ns >= to_ns:
        raise BadInput(f"since {asked.since!r} is not before until {asked.until or 'now'!r}")
    window = rewrite.Stretch(project, from_ns, to_ns)
    begun = server.rewrites.add("reprice", window, is_dry=asked.dry_run)
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
    found = state_of(request).rewrites.find("reprice", access.project, repricing_id)
    if found is None:
        raise NotFound(f"no re-pricing {repricing_id} is in project {access.project!r}")
    return _shape(found)


@router.delete("/{repricing_id}", status_code=204, response_class=Response)
def cancel_repricing(request: Request, repricing_id: int) -> Response:
    """Stop a re-pricing where it is; what it has priced stays so."""
    project = written_project(request, "")
    rewrites = state_of(request).rewrites
    if rewrites.find("reprice", project, repricing_id) is None:
        raise NotFound(f"no re-pricing {repricing_id} is in project {project!r}")
    rewrites.end(repricing_id, "cancelled")
    return Response(status_code=204)


def _shape(found: rewrite.Rewrite) -> Repricing:
    tally = found.tally
    return Repricing(
        id=found.id,
        dry_run=found.is_dry,
        state=found.state,
        since=rfc3339(found.from_ns),
        until=rfc3339(found.to_ns),
        created=rfc3339(found.created_ns),
        ended=None if found.ended_ns is None else rfc3339(found.ended_ns),
        progress=_progress(found),
        spans=tally.spans,
        changed=tally.changed,
        kept=tally.kept,
        old_total=money(tally.old_total),
        new_total=money(tally.new_total),
        biggest=[_difference(one) for one in tally.biggest],
        error=found.error,
    )


def _progress(found: rewrite.Rewrite) -> float:
    if found.state == "done":
        return 1.0
    return min(1.0, found.tally.spans / found.spans_total) if found.spans_total else 0.0


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
