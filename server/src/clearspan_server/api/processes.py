"""Sender processes: their heartbeats."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from clearspan_server.api.access import ingest_access
from clearspan_server.api.shapes import Heartbeat
from clearspan_server.ingest.admission import IngestAccess

router = APIRouter(prefix="/api/v1", tags=["processes"])


@router.post("/processes/{process_id}/heartbeat", status_code=204, response_class=Response)
def heartbeat(
    process_id: str, beat: Heartbeat, access: Annotated[IngestAccess, Depends(ingest_access)]
) -> Response:
    """A process with open spans is alive. Accepted; nothing is derived from it yet."""
    del process_id, beat, access
    return Response(status_code=204)
