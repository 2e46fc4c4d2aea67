"""`/normalisations`: fill what is stored by the rules of now; a preview tells what would change."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from clearspan_server.api.access import ReadAccess, read_access, written_project
from clearspan_server.api.encode import money
from clearspan_server.api.rewriting import progress, rewrite_of, window_of
from clearspan_server.api.shapes_normalisations import (
    ChangedField,
    FieldChange,
    Normalisation,
    NormalisationList,
    NormaliseRequest,
)
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery, rfc3339
from clearspan_server.ingest.normalise import VERSION
from clearspan_server.model.rewrite import Rewrite

router = APIRouter(prefix="/api/v1/normalisations", tags=["spans"])


@router.post("", status_code=202)
def normalise_again(request: Request, asked: NormaliseRequest) -> Normalisation:
    """Begin a normalisation; it goes on by itself, step by step, also after a restart."""
    server = state_of(request)
    window = window_of(written_project(request, asked.project), asked.since, asked.until)
    begun = server.rewrites.add("normalise", window, is_dry=asked.preview, is_full=asked.all)
    server.wake_rewriter()
    return _shape(begun)


@router.get("")
def list_normalisations(
    request: Request,
    asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> NormalisationList:
    """The newest 20 normalisations of the project."""
    del asked
    newest = state_of(request).rewrites.newest("normalise", access.project)
    return NormalisationList(normalisations=[_shape(one) for one in newest])


@router.get("/{normalisation_id}")
def get_normalisation(
    request: Request,
    normalisation_id: int,
    asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Normalisation:
    """One normalisation, with how far it is."""
    del asked
    rewrites = state_of(request).rewrites
    return _shape(rewrite_of(rewrites, "normalise", access.project, normalisation_id))


@router.delete("/{normalisation_id}", status_code=204, response_class=Response)
def cancel_normalisation(request: Request, normalisation_id: int) -> Response:
    """Stop a normalisation where it is; what it has filled stays so."""
    project = written_project(request, "")
    rewrites = state_of(request).rewrites
    rewrites.end(rewrite_of(rewrites, "normalise", project, normalisation_id).id, "cancelled")
    return Response(status_code=204)


def _shape(found: Rewrite) -> Normalisation:
    tally = found.tally
    most_first = sorted(tally.fields.items(), key=lambda one: (-one[1], one[0]))
    return Normalisation(
        id=found.id,
        all=found.is_full,
        preview=found.is_dry,
        state=found.state,
        since=rfc3339(found.from_ns),
        until=rfc3339(found.to_ns),
        created=rfc3339(found.created_ns),
        ended=None if found.ended_ns is None else rfc3339(found.ended_ns),
        version=VERSION,
        progress=progress(found),
        spans=tally.spans,
        changed=tally.changed,
        fields=[ChangedField(field=name, spans=count) for name, count in most_first],
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
        old_total=money(tally.old_total),
        new_total=money(tally.new_total),
        error=found.error,
    )
