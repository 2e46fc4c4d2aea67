"""What Langfuse's clients ask of its public API: batches of events in, health, and whose key it is."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from clearspan_server import __version__
from clearspan_server.api.access import caller_of, ingest_access
from clearspan_server.api.langfuse_datasets import keep_told_answer
from clearspan_server.api.otlp import receipt_of
from clearspan_server.api.otlp_paths import INGESTION
from clearspan_server.api.state import state_of
from clearspan_server.errors import BadInput, NotAllowed, NotAuthenticated, NotFound
from clearspan_server.ingest import receive
from clearspan_server.ingest.admission import IngestAccess

router = APIRouter(tags=["Langfuse"])


@router.post(INGESTION, status_code=207)
async def post_langfuse_batch(
    request: Request, access: Annotated[IngestAccess, Depends(ingest_access)]
) -> JSONResponse:
    """A batch of events, answered event by event once everything accepted is on disk."""
    client = request.client
    asked = receive.Request(
        signal="traces",
        protocol="http/langfuse",
        encoding=request.headers.get("content-encoding", ""),
        access=access,
        address=client.host if client else "",
    )
    receipt = await receipt_of(request, asked, state_of(request))
    # Shielded: the entry is on its way to the disk, whoever goes away.
    await asyncio.shield(asyncio.wrap_future(receipt.durable))
    failed = [
        # 400, whatever it was: at 500 clients would send the whole batch again.
        {"id": one.name, "status": 400, "message": one.reason, "error": one.code}
        for one in receipt.failures
    ]
    taken = [{"id": name, "status": 201} for name in receipt.names]
    for told in receipt.answers:
        try:
            await run_in_threadpool(keep_told_answer, request, told)
            taken.append({"id": told.event, "status": 201})
        except (BadInput, NotFound, NotAllowed, NotAuthenticated) as error:
            said = {"message": error.message, "error": error.code}
            failed.append({"id": told.event, "status": 400, **said})
    return JSONResponse({"successes": taken, "errors": failed}, 207)


@router.get("/api/public/health")
async def langfuse_health() -> dict[str, str]:
    """The process lives."""
    return {"status": "OK", "version": __version__}


@router.get("/api/public/projects")
def langfuse_projects(request: Request) -> dict[str, list[dict[str, Any]]]:
    """The project of the key: how a client checks that its key is known."""
    caller = caller_of(request)
    key = caller.key
    if key is None:
        error = NotAuthenticated if caller.nobody else NotAllowed
        raise error("a project's key is needed: its two halves as Basic credentials")
    project = {"id": key.project, "name": key.project, "metadata": {}}
    return {"data": [{**project, "organization": {"id": key.project, "name": key.project}}]}
