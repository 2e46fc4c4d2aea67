"""Files beside traces, as Langfuse's clients send them: announced by their hash, then put to a signed address here."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import re
import time
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from pydantic import Field, field_validator

from clearspan_server.api.access import read_access, scoring_access
from clearspan_server.api.body import body_of
from clearspan_server.api.langfuse_shapes import (
    MAX_ID_CHARS,
    Asked,
    Sent,
    Shape,
    missing,
    moment,
)
from clearspan_server.api.otlp_paths import MEDIA
from clearspan_server.api.privacy import redacted_bytes
from clearspan_server.api.state import State, state_of
from clearspan_server.errors import BadInput, NotAllowed, TooLarge, Unavailable
from clearspan_server.ingest.admission import IngestAccess
from clearspan_server.model.langfuse_ids import span_id, trace_id
from clearspan_server.store.media import Medium, Use

router = APIRouter(prefix=MEDIA, tags=["Langfuse"], include_in_schema=False)

_ID_CHARS = 22  # of the hash in URL-safe base64: clients compute the same
_GOOD_FOR_S = 3_600  # an address
_SHA256_BYTES = 32
_FIELDS = ("input", "output", "metadata")
_CHARSET = re.compile(r'(?:^|;)\s*charset="?([a-z][a-z0-9-]{1,20})"?\s*(?:;|$)', re.IGNORECASE)
_ROUTES = {"PUT": "put_langfuse_media", "GET": "get_langfuse_media_content"}
# A page of ours never shows it as one of its own: captured content does not run.
_AS_A_FILE = {
    "content-disposition": "attachment",
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, max-age=3600",
}


class MediaSent(Sent):
    """A file that is to come."""

    trace_id: str | None = Field(default=None, max_length=MAX_ID_CHARS)
    observation_id: str | None = Field(default=None, max_length=MAX_ID_CHARS)
    content_type: str = Field(max_length=200, pattern=r"^[\w.+-]+/[\w.+-]+(;[ -~]*)?$")
    content_length: int = Field(ge=1)
    sha256_hash: str = Field(max_length=64, alias="sha256Hash")
    field: str | None = Field(default=None, max_length=100)

    @field_validator("content_type")
    @classmethod
    def _bare(cls, content_type: str) -> str:
        """Without the name of the file, which some senders write behind it."""
        kind, _, parameters = content_type.partition(";")
        charset = _CHARSET.search(parameters)
        return f"{kind};charset={charset[1]}" if charset else kind


class Signed(Asked):
    """What makes an address good for one file, one way and one hour."""

    of: str = Field(max_length=100)
    until: int
    signature: str = Field(max_length=100)


@router.post("", status_code=201)
def post_langfuse_media(
    request: Request, sent: MediaSent, access: Annotated[IngestAccess, Depends(scoring_access)]
) -> Shape:
    """Announce a file; the answer has its id, and the address to put it to, unless it is here."""
    server = state_of(request)
    sha256 = _decoded(sent.sha256_hash)
    most = server.settings.max_body_bytes
    if sent.content_length > most:
        raise TooLarge(f"the file has {sent.content_length} bytes; the limit is {most}")
    if server.disk.is_full():
        raise Unavailable("the disk is full: no file is taken")
    server.catalog.ensure_project(access.project)
    told = Medium(
        id=base64.urlsafe_b64encode(sha256).decode()[:_ID_CHARS],
        sha256=sha256.hex(),
        content_type=sent.content_type,
        size_bytes=sent.content_length,
        blob="",
        uploaded=None,
    )
    known = server.media.announce(access.project, told, _use(sent))
    url = None if known.uploaded else _address(request, "PUT", access.project, known.id)[0]
    return {"mediaId": known.id, "uploadUrl": url}


@router.put("/{media_id}/content")
async def put_langfuse_media(
    request: Request, media_id: str, signed: Annotated[Signed, Query()]
) -> Response:
    """The bytes of a file that was announced, to the address that was given for it."""
    server = state_of(request)
    _check(server, "PUT", media_id, signed)
    known = await asyncio.to_thread(server.media.find, signed.of, media_id)
    if known is None:
        raise missing("file", media_id, signed.of)
    if known.uploaded:
        return Response(status_code=200)
    reading = body_of(
        request, server.bodies, max_bytes=known.size_bytes, wait_s=server.settings.body_wait_s
    )
    async with reading as content:
        if len(content) != known.size_bytes:
            raise BadInput(f"{len(content)} bytes came; {known.size_bytes} were announced")
        found = hashlib.sha256(content).hexdigest()
        if found != known.sha256:
            raise BadInput(f"the hash of what came is {found}; {known.sha256} was announced")
        given = (signed.of, known.content_type, content)
        clean = await asyncio.to_thread(redacted_bytes, server, *given)
        await asyncio.to_thread(server.media.keep, signed.of, media_id, clean)
    return Response(status_code=200)


@router.patch("/{media_id}")
def patch_langfuse_media(
    request: Request,
    media_id: str,
    sent: dict[str, Any],
    access: Annotated[IngestAccess, Depends(scoring_access)],
) -> JSONResponse:
    """How the sending went, as the client saw it; whether the file is here, the server knows by itself."""
    del sent
    if state_of(request).media.find(access.project, media_id) is None:
        raise missing("file", media_id, access.project)
    return JSONResponse({})


@router.get("/{media_id}")
def get_langfuse_media(request: Request, media_id: str) -> Shape:
    """What is known of a file, and an address that is good for an hour."""
    project = read_access(request).project
    known = state_of(request).media.find(project, media_id)
    if known is None or known.uploaded is None:
        raise missing("file", media_id, project)
    url, until = _address(request, "GET", project, media_id)
    return {
        "mediaId": known.id,
        "contentType": known.content_type,
        "contentLength": known.size_bytes,
        "uploadedAt": moment(known.uploaded),
        "url": url,
        "urlExpiry": moment(datetime.fromtimestamp(until, UTC)),
    }


@router.get("/{media_id}/content")
def get_langfuse_media_content(
    request: Request, media_id: str, signed: Annotated[Signed, Query()]
) -> Response:
    """The bytes of a file."""
    server = state_of(request)
    _check(server, "GET", media_id, signed)
    known = server.media.find(signed.of, media_id)
    path = server.media.path(signed.of, known) if known else None
    if known is None or path is None:
        raise missing("file", media_id, signed.of)
    return FileResponse(path, media_type=known.content_type, headers=_AS_A_FILE)


def _decoded(told: str) -> bytes:
    try:
        sha256 = base64.b64decode(told, validate=True)
    except (binascii.Error, ValueError):
        sha256 = b""
    if len(sha256) != _SHA256_BYTES:
        raise BadInput(f"sha256Hash {told!r} is no SHA-256 in base64")
    return sha256


def _use(sent: MediaSent) -> Use | None:
    if not sent.trace_id:
        return None
    of_span = span_id(sent.observation_id) if sent.observation_id else ""
    return Use(trace_id(sent.trace_id), of_span, sent.field if sent.field in _FIELDS else "")


def _address(request: Request, method: str, project: str, media_id: str) -> tuple[str, int]:
    """Where a file is put or fetched without further credentials, and until when (seconds since 1970)."""
    until = int(time.time()) + _GOOD_FOR_S
    signature = _signature(state_of(request), method, project, media_id, until)
    query = urlencode({"of": project, "until": until, "signature": signature})
    path = request.url_for(_ROUTES[method], media_id=media_id)
    return f"{path}?{query}", until


def _check(server: State, method: str, media_id: str, signed: Signed) -> None:
    right = _signature(server, method, signed.of, media_id, signed.until)
    if not hmac.compare_digest(right.encode(), signed.signature.encode()):
        raise NotAllowed("this address is not one that was given")
    if signed.until < time.time():
        raise NotAllowed("this address was good for an hour, which is over")


def _signature(server: State, *said: object) -> str:
    text = "\n".join(("media", *map(str, said)))
    return hmac.new(server.token.encode(), text.encode(), hashlib.sha256).hexdigest()
