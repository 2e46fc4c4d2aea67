"""OTLP over HTTP: traces, logs and metrics, answered only once they are on disk."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from google.protobuf.json_format import MessageToDict

from clearspan_server.api.access import ingest_access
from clearspan_server.api.body import body_of
from clearspan_server.api.otlp_paths import PATHS, signal_at
from clearspan_server.api.state import State, state_of
from clearspan_server.errors import NotFound, TooLarge, UnsupportedType
from clearspan_server.ingest import receive
from clearspan_server.ingest.admission import IngestAccess
from clearspan_server.ingest.answer import response_of

router = APIRouter(tags=["OTLP"])

_PROTOBUF = "application/x-protobuf"
_JSON = "application/json"
_PROTOCOLS: Mapping[str, receive.Protocol] = {_PROTOBUF: "http/protobuf", _JSON: "http/json"}

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_STATUS = {
    "type": "object",
    "title": "google.rpc.Status",
    "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
}
_REQUEST = {
    "required": True,
    "content": {_PROTOBUF: _BINARY, _JSON: {"schema": {"type": "object"}}},
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Everything accepted is on disk; `partialSuccess` tells what was not accepted.",
        "content": {_PROTOBUF: _BINARY, _JSON: {"schema": {"type": "object"}}},
    },
    **{
        status: {
            "description": description,
            "content": {_PROTOBUF: _BINARY, _JSON: {"schema": _STATUS}},
        }
        for status, description in (
            ("4XX", "A google.rpc.Status; 408 and 429 are worth a second try, the others are not."),
            ("5XX", "A google.rpc.Status; 503 says in `retry-after` when to try again."),
        )
    },
}


async def post_otlp(
    request: Request, access: Annotated[IngestAccess, Depends(ingest_access)]
) -> Response:
    """An OTLP export request; the answer comes in its encoding once everything accepted is on disk.

    Protobuf or JSON, plain or with `content-encoding` gzip, deflate or zstd. Records that cannot be kept are counted
    in `partialSuccess`, and their neighbours are kept. 429 and 503 say in `retry-after` when to try again.
    """
    server = state_of(request)
    asked = _asked(request, access)
    if asked.protocol == "http":
        content_type = request.headers.get("content-type", "")
        error = UnsupportedType(
            f"the content type is {content_type[:100]!r}; OTLP comes as {_PROTOBUF} or {_JSON}"
        )
        server.receiver.refuse(asked, error)
        raise error
    receipt = await receipt_of(request, asked, server)
    # Shielded: the entry is on its way to the disk, whoever goes away.
    await asyncio.shield(asyncio.wrap_future(receipt.durable))
    response = response_of(asked.signal, receipt.rejected, receipt.reasons)
    if asked.protocol == "http/protobuf":
        return Response(response.SerializeToString(), media_type=_PROTOBUF)
    return Response(orjson.dumps(MessageToDict(response)), media_type=_JSON)


def _asked(request: Request, access: IngestAccess) -> receive.Request:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    path = request.scope["path"]
    signal = signal_at(path)
    if signal is None:
        raise NotFound(f"no OTLP comes in at {path}")
    client = request.client
    return receive.Request(
        signal=signal,
        protocol=_PROTOCOLS.get(content_type, "http"),
        encoding=request.headers.get("content-encoding", ""),
        access=access,
        address=client.host if client else "",
    )


async def receipt_of(request: Request, asked: receive.Request, server: State) -> receive.Receipt:
    """Read the body and take it; its sender may hear of it only once the receipt's `durable` is done."""
    async with sent_body(request, asked, server) as body:
        return await received(server, asked, body)


async def received(server: State, asked: receive.Request, body: bytes) -> receive.Receipt:
    """Take a body that was read, as `receipt_of`."""
    return await asyncio.get_running_loop().run_in_executor(
        server.receiving, server.receiver.receive, asked, body
    )


@asynccontextmanager
async def sent_body(
    request: Request, asked: receive.Request, server: State
) -> AsyncIterator[bytes]:
    """The body; one that is too large is entered into the ledger."""
    receiver = server.receiver
    async with AsyncExitStack() as held:
        reading = body_of(
            request,
            server.bodies,
            max_bytes=receiver.max_body_bytes,
            wait_s=server.settings.body_wait_s,
        )
        try:
            body = await held.enter_async_context(reading)
        except TooLarge as error:
            receiver.refuse(asked, error)
            raise
        yield body


async def no_profiles() -> Response:
    """Profiles are not taken; a sender of all signals is told at once."""
    raise NotFound("profiles are not taken; /v1/traces, /v1/logs and /v1/metrics are")


for its_path, its_signal in PATHS.items():
    for spelling in {its_path, f"{its_path.rstrip('/')}/"}:
        router.add_api_route(
            spelling,
            post_otlp,
            methods=["POST"],
            name=f"post_{its_signal}",
            response_class=Response,
            responses=_RESPONSES,
            openapi_extra={"requestBody": _REQUEST},
            include_in_schema=spelling == f"/v1/{its_signal}",
        )
router.add_api_route(
    "/v1development/profiles", no_profiles, methods=["POST"], include_in_schema=False
)
