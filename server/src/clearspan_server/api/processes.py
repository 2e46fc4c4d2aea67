"""Sender processes: their heartbeats."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from clearspan_server.api.access import ingest_access
from clearspan_server.api.shapes import Heartbeat
from clearspan_server.api.state import state_of
from clearspan_server.ingest.admission import IngestAccess

router = APIRouter(prefix="/api/v1", tags=["processes"])


@router.post("/processes/{process_id}/heartbeat", status_code=204, response_class=Response)
def heartbeat(
    request: Request,
    process_id: Annotated[str, Path(max_length=100)],
    beat: Heartbeat,
    _access: Annotated[IngestAccess, Depends(ingest_access)],
) -> Response:
    """A process with open spans is alive; three that are missed make its open traces stalled."""
    state_of(request).senders.beat(process_id, beat.seq, frozenset(beat.open))
    return Response(status_code=204)
