"""OTLP over HTTP: `POST /v1/traces`, answered only once the spans are on disk."""

import asyncio
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from clearspan_server.api.access import IngestAccess, ingest_access
from clearspan_server.api.state import state_of
from clearspan_server.ingest import receive

router = APIRouter(tags=["OTLP"])


@router.post("/v1/traces", response_class=Response)
async def post_traces(
    request: Request, access: Annotated[IngestAccess, Depends(ingest_access)]
) -> Response:
    """An `ExportTraceServiceRequest` in protobuf or JSON, also gzipped; the answer comes in the same encoding."""
    server = state_of(request)
    content_type = receive.media_type(request.headers.get("content-type", ""))
    max_bytes = server.settings.max_body_bytes
    async with server.bodies.body(request, max_bytes) as body:
        taken = receive.Request(
            body=body,
            content_type=content_type,
            content_encoding=request.headers.get("content-encoding", ""),
            project=access.project,
            environment=access.environment,
            sender=access.sender,
        )
        receipt = await asyncio.get_running_loop().run_in_executor(
            server.receiving,
            lambda: receive.receive(
                taken, server.journal, server.privacy, max_body_bytes=max_bytes
            ),
        )
    if receipt.durable is not None:
        await asyncio.to_thread(server.catalog.ensure_project, access.project)
        # Shielded: the entry is on its way to the disk, whoever goes away.
        await asyncio.shield(asyncio.wrap_future(receipt.durable))
    return Response(_answer(receipt, content_type), media_type=content_type)


def _answer(receipt: receive.Receipt, content_type: str) -> bytes:
    """Empty on full success, else the count of rejected spans and the first reasons."""
    answer = ExportTraceServiceResponse()
    if receipt.rejected:
        answer.partial_success.rejected_spans = receipt.rejected
        answer.partial_success.error_message = receipt.reasons
    if content_type == receive.PROTOBUF:
        return answer.SerializeToString()
    if not receipt.rejected:
        return b"{}"
    partial = {"rejectedSpans": str(receipt.rejected), "errorMessage": receipt.reasons}
    return orjson.dumps({"partialSuccess": partial})
