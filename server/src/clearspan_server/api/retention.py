"""`/retention`: how long a project keeps what was sent; its turns, nightly and on demand, with a preview."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from clearspan_server.api.access import administered_project, author_of
from clearspan_server.api.erasures import examples
from clearspan_server.api.shapes_removals import (
    ColdMonth,
    ColdMonths,
    RetentionPolicy,
    RetentionRequest,
    RetentionRule,
    RetentionState,
    RetentionTurn,
    RetentionTurns,
    Thinning,
)
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery, rfc3339
from clearspan_server.errors import BadInput, ColdAway, NotFound
from clearspan_server.model import retention
from clearspan_server.model.removal import Removal
from clearspan_server.query.language import parse
from clearspan_server.store.cold import Cold

router = APIRouter(prefix="/api/v1/retention", tags=["removal"])


@router.get("")
def get_retention(request: Request, asked: Annotated[ScopeQuery, Query()]) -> RetentionState:
    """How long the project keeps what was sent."""
    return _state(request, administered_project(request, asked.project or ""))


@router.put("")
def put_retention(
    request: Request, wanted: RetentionPolicy, asked: Annotated[ScopeQuery, Query()]
) -> RetentionState:
    """Keep what was sent to the project for so long; it holds from the next turn on."""
    project = administered_project(request, asked.project or "")
    for rule in wanted.rules:
        if not rule.filter.strip():
            raise BadInput("a rule needs a filter; without one `days` holds", field="rules")
        parse(rule.filter)
    server = state_of(request)
    if wanted.cold_days is not None and server.retention.of(project).cold_days is None:
        _check_folder(server.cold)
    if wanted.cold_days and wanted.days and wanted.cold_days >= wanted.days:
        raise BadInput("what is in cold storage is removed after `days`, too", field="cold_days")
    server.catalog.ensure_project(project)
    server.retention.put(project, _policy(wanted))
    return _state(request, project)


@router.post("/turns", status_code=202)
def begin_retention(request: Request, asked: RetentionRequest) -> RetentionTurn:
    """A turn now, or a preview of one."""
    project = administered_project(request, asked.project)
    server = state_of(request)
    begun = server.removals.add("retention", project, author_of(request), is_dry=asked.preview)
    server.wake_remover()
    return _turn(begun)


@router.get("/turns")
def list_retention_turns(request: Request, asked: Annotated[ScopeQuery, Query()]) -> RetentionTurns:
    """The newest 50 turns and previews of the project."""
    project = administered_project(request, asked.project or "")
    newest = state_of(request).removals.newest("retention", project)
    return RetentionTurns(turns=[_turn(one) for one in newest])


@router.get("/cold")
def list_cold_months(request: Request, asked: Annotated[ScopeQuery, Query()]) -> ColdMonths:
    """The months of which the project's spans are in cold storage."""
    project = administered_project(request, asked.project or "")
    cold = state_of(request).cold
    found = [
        ColdMonth(month=one.name, spans=one.spans, bytes=one.size_bytes)
        for one in cold.months(project)
    ]
    return ColdMonths(folder=str(cold.place or ""), months=found)


@router.delete("/cold/{month}", status_code=204, response_class=Response)
def forget_cold_month(request: Request, month: str, asked: Annotated[ScopeQuery, Query()]) -> None:
    """Forget a month, such as 2026-11, whose file is lost for good: removals wait for it else."""
    project = administered_project(request, asked.project or "")
    cold = state_of(request).cold
    found = next((one for one in cold.months(project) if one.name == month), None)
    if found is None:
        raise NotFound(f"{month!r} of {project} is not in cold storage")
    cold.forget(found)


def _check_folder(cold: Cold) -> None:
    try:
        cold.check()
    except ColdAway as away:
        raise BadInput(away.message, field="cold_days") from away


def _policy(wanted: RetentionPolicy) -> retention.Policy:
    thin = wanted.thinning
    return retention.Policy(
        days=wanted.days,
        rules=tuple(retention.Rule(one.filter.strip(), one.days) for one in wanted.rules),
        thinning=None
        if thin is None
        else retention.Thinning(thin.after_days, thin.share, thin.slow_ms),
        rollup_days=wanted.rollup_days,
        cold_days=wanted.cold_days,
    )


def _state(request: Request, project: str) -> RetentionState:
    server = state_of(request)
    policy = server.retention.of(project)
    thin, before_s = policy.thinning, server.agenda.frozen_before(project)
    return RetentionState(
        days=policy.days,
        rules=[RetentionRule(filter=one.filter, days=one.days) for one in policy.rules],
        thinning=None
        if thin is None
        else Thinning(after_days=thin.after_days, share=thin.share, slow_ms=thin.slow_ms),
        rollup_days=policy.rollup_days,
        cold_days=policy.cold_days,
        frozen_before=rfc3339(before_s * 1_000_000_000) if before_s else None,
    )


def _turn(found: Removal) -> RetentionTurn:
    return RetentionTurn(
        id=found.id,
        preview=found.is_dry,
        state=found.state,
        asked_by=found.asked_by,
        created=rfc3339(found.created_ns),
        ended=None if found.ended_ns is None else rfc3339(found.ended_ns),
        progress=found.progress,
        counts=found.findings.counts,
        examples=examples(found.findings.examples),
        error=found.error,
    )
