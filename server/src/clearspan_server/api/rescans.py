"""`/redaction/rescans`: redact what is stored by the rules of now; a preview tells what would change."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from clearspan_server.api.access import (
    ReadAccess,
    administered_project,
    read_access,
)
from clearspan_server.api.rewriting import progress, rewrite_of, window_of
from clearspan_server.api.shapes_normalisations import ChangedField, FieldChange
from clearspan_server.api.shapes_redaction import Rescan, RescanList, RescanRequest
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery, rfc3339
from clearspan_server.model.rewrite import Rewrite

router = APIRouter(prefix="/api/v1/redaction/rescans", tags=["settings"])


@router.post("", status_code=202)
def rescan(request: Request, asked: RescanRequest) -> Rescan:
    """Begin a rescan; it goes on by itself, step by step, also after a restart."""
    server = state_of(request)
    window = window_of(administered_project(request, asked.project), asked.since, asked.until)
    begun = server.rewrites.add("rescan", window, is_dry=asked.preview, is_full=True)
    server.wake_rewriter()
    return _shape(begun)


@router.get("")
def list_rescans(
    request: Request,
    asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> RescanList:
    """The newest 20 rescans of the project."""
    del asked
    newest = state_of(request).rewrites.newest("rescan", access.project)
    return RescanList(rescans=[_shape(one) for one in newest])


@router.get("/{rescan_id}")
def get_rescan(
    request: Request,
    rescan_id: int,
    asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Rescan:
    """One rescan, with how far it is."""
    del asked
    rewrites = state_of(request).rewrites
    return _shape(rewrite_of(rewrites, "rescan", access.project, rescan_id))


@router.delete("/{rescan_id}", status_code=204, response_class=Response)
def cancel_rescan(request: Request, rescan_id: int) -> Response:
    """Stop a rescan where it is; what it has redacted stays so."""
    project = administered_project(request)
    rewrites = state_of(request).rewrites
    rewrites.end(rewrite_of(rewrites, "rescan", project, rescan_id).id, "cancelled")
    return Response(status_code=204)


def _shape(found: Rewrite) -> Rescan:
    tally = found.tally
    most_first = sorted(tally.fields.items(), key=lambda one: (-one[1], one[0]))
    return Rescan(
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
        fields=[ChangedField(field=name, spans=count) for name, count in most_first],
        records=tally.records,
        types=tally.types,
        examples=[
            FieldChange(
                trace_id=one.trace_id,
                span_id=one.span_id,
                field=one.field,
                old=one.old,
                new=one.new,
            )
            for one in tally.examples
        ],
        error=found.error,
    )
