"""`/chat-attachments`: images that questions of conversations name."""

import asyncio
import base64
import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse

from clearspan_server.api.access import ReadAccess, read_access, written_project
from clearspan_server.api.body import body_of
from clearspan_server.api.otlp_paths import CHAT_FILES
from clearspan_server.api.shapes_chat import ChatImage
from clearspan_server.api.state import State, state_of
from clearspan_server.api.window import ScopeQuery
from clearspan_server.errors import BadInput, NotFound, Unavailable
from clearspan_server.store.media import Medium

router = APIRouter(prefix=CHAT_FILES, tags=["chat"])

MAX_IMAGE_BYTES = 10 * 1024 * 1024
_ID_CHARS = 22  # of the hash in URL-safe base64, as all files beside traces have
# What a file begins with, and, from its ninth byte, what one in a container goes on with.
_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", b"", "image/png"),
    (b"\xff\xd8\xff", b"", "image/jpeg"),
    (b"GIF87a", b"", "image/gif"),
    (b"GIF89a", b"", "image/gif"),
    (b"RIFF", b"WEBP", "image/webp"),
)
_AS_AN_IMAGE = {
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, max-age=3600",
}


@router.post(
    "",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def post_chat_attachment(
    request: Request, _scope: Annotated[ScopeQuery, Query()]
) -> ChatImage:
    """Keep an image (PNG, JPEG, WebP or GIF, as its bytes tell; at most 10 MB) that a question will name."""
    project, server = await asyncio.to_thread(written_project, request, ""), state_of(request)
    reading = body_of(
        request, server.bodies, max_bytes=MAX_IMAGE_BYTES, wait_s=server.settings.body_wait_s
    )
    async with reading as content:
        return await asyncio.to_thread(_keep, server, project, content)


@router.get("/{media_id}", response_class=FileResponse)
def get_chat_attachment(
    request: Request,
    media_id: str,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> FileResponse:
    """An image, as it was sent."""
    media = state_of(request).media
    known = media.find(access.project, media_id)
    path = media.path(access.project, known) if known else None
    types = {media_type for _, _, media_type in _IMAGES}
    if known is None or path is None or known.content_type not in types:
        raise NotFound(f"no image {media_id!r} is in project {access.project!r}")
    return FileResponse(path, media_type=known.content_type, headers=_AS_AN_IMAGE)


def _keep(server: State, project: str, content: bytes) -> ChatImage:
    media_type = type_of(content)
    if server.disk.is_full():
        raise Unavailable("the disk is full: no file is taken")
    server.catalog.ensure_project(project)
    digest = hashlib.sha256(content)
    media_id = base64.urlsafe_b64encode(digest.digest()).decode()[:_ID_CHARS]
    told = Medium(media_id, digest.hexdigest(), media_type, len(content), "", None)
    known = server.media.announce(project, told, None)
    if not server.media.path(project, known) or not server.media.renew(project, media_id):
        server.media.keep(project, media_id, content)
    return ChatImage(media_id=media_id, media_type=media_type, size_bytes=len(content))


def type_of(content: bytes) -> str:
    """What kind of image these bytes are.

    Raises:
        BadInput: they are none that models take.
    """
    for begins, goes_on, media_type in _IMAGES:
        if content.startswith(begins) and content[8:].startswith(goes_on):
            return media_type
    raise BadInput(
        f"this is no PNG, JPEG, WebP or GIF: its {len(content)} bytes begin with {content[:8]!r}",
        field="body",
    )
