"""`GET /whereabouts/{trace_id}`: where one trace is; `clearspan doctor TRACE_ID` tells it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from clearspan_server.api.access import INSTALL, ReadAccess, read_access
from clearspan_server.api.deliveries import reason_row
from clearspan_server.api.pulse import engine_trouble
from clearspan_server.api.quarantine import quarantine_row
from clearspan_server.api.shapes_delivery import TraceProjects, WaitingEntry, Whereabouts
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery, rfc3339
from clearspan_server.ingest.admission import DEFAULT_PROJECT
from clearspan_server.query.whereabouts import projects_of, whereabouts

router = APIRouter(prefix="/api/v1", tags=["deliveries"])


@router.get("/whereabouts/{trace_id}")
def get_whereabouts(
    request: Request,
    trace_id: str,
    asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Whereabouts:
    """Where a trace is: in the journal, stored, listed, in quarantine; and what was rejected near it.

    A trace that nobody knows has an answer too: nothing of it is here, and what was rejected in the last hour.
    While the engine does not answer, `engine` says so, and only the journal and the quarantine are looked at.
    """
    del asked
    server = state_of(request)
    trouble = engine_trouble(server)
    engine = None if trouble else access.engine
    found = whereabouts(engine, server.journal, access.project, trace_id)
    stored = found.stored
    is_stored = bool(stored["spans"])
    refused = server.quarantine.waiting(access.project, trace_id)
    return Whereabouts(
        trace_id=trace_id,
        engine=trouble or "ok",
        state=_state(
            found.listed, is_stored=is_stored, waits=bool(found.pending), refused=bool(refused)
        ),
        listed=found.listed is not None,
        spans=stored["spans"],
        open_spans=stored["open_spans"],
        missing_parents=stored["missing_parents"],
        parts=found.parts,
        first_received=rfc3339(stored["first_received_ns"]) if is_stored else None,
        last_received=rfc3339(stored["last_received_ns"]) if is_stored else None,
        processes=stored["processes"],
        services=stored["services"],
        waiting=[
            WaitingEntry(
                seq=one.seq, kind=one.kind, spans=one.spans, received=rfc3339(one.received_ns)
            )
            for one in found.pending
        ],
        quarantined=[quarantine_row(row) for row in refused],
        rejected_nearby=[reason_row(one) for one in found.reasons],
    )


@router.get("/whereabouts/{trace_id}/projects", dependencies=[INSTALL])
def get_projects_of_trace(request: Request, trace_id: str) -> TraceProjects:
    """The projects that hold anything of a trace; only a role in the whole install sees across projects.

    While the engine does not answer, only the journal and the quarantine are looked at.
    """
    server = state_of(request)
    engine = None if engine_trouble(server) else server.engine
    known = sorted({DEFAULT_PROJECT, *server.catalog.projects()})
    found = projects_of(engine, server.journal, known, trace_id)
    return TraceProjects(projects=sorted(found | server.quarantine.projects(trace_id)))


def _state(listed: str | None, *, is_stored: bool, waits: bool, refused: bool) -> str:
    """The trace's own state once it is listed; before that, how far it has come."""
    if listed is not None:
        return listed
    if is_stored:
        return "stored"
    if waits:
        return "waiting"
    return "quarantined" if refused else "unknown"
