"""`GET /traces/{trace_id}/spans/{span_id}/text`: one text of a span by ranges of its bytes; words in it."""

import re
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.shapes_texts import TextPlaces
from clearspan_server.api.window import ScopeQuery
from clearspan_server.errors import NotAllowed, OutOfRange
from clearspan_server.model.long_text import SAID
from clearspan_server.query.long_texts import Text, find_text, find_words, read_range

router = APIRouter(prefix="/api/v1", tags=["spans"])

_RANGE = re.compile(r"bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))")


class TextQuery(ScopeQuery):
    """Which text."""

    field: str = Field(
        max_length=5_000,
        description="A text of the span, such as `input` or `tool_result`, or `attributes.` and a key.",
    )


class WordsQuery(TextQuery):
    """What is looked for, and from where on."""

    words: str = Field(min_length=1, max_length=1_000)
    start: int = Field(default=0, ge=0, description="The byte from which on to look.")


@router.get(
    "/traces/{trace_id}/spans/{span_id}/text",
    response_class=StreamingResponse,
    responses={206: {"description": "The bytes of the range."}},
)
def get_text(
    request: Request,
    trace_id: str,
    span_id: str,
    asked: Annotated[TextQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Response:
    """A text of any length as it is stored, or the range of bytes that the header `range` asks for.

    With `if-range` and the `etag` of an earlier answer, a range is of the same text, or the whole new one comes.
    """
    text = _found(trace_id, span_id, asked, access)
    etag = f'"{text.hash}-{text.cleaned}"'
    wanted = request.headers.get("range", "")
    if request.headers.get("if-range", etag) != etag:
        wanted = ""
    chosen = _range_of(wanted, text)
    first, to = chosen or (0, text.size_bytes)
    headers = {
        "accept-ranges": "bytes",
        "etag": etag,
        "content-length": str(to - first),
        "content-disposition": 'attachment; filename="text.txt"',
        "cache-control": "private, no-cache",
    }
    if chosen:
        headers["content-range"] = f"bytes {first}-{to - 1}/{text.size_bytes}"
    return StreamingResponse(
        _while_allowed(read_range(access.engine, text, first, to), access),
        status_code=206 if chosen else 200,
        media_type="text/plain; charset=utf-8",
        headers=headers,
    )


@router.get("/traces/{trace_id}/spans/{span_id}/text/places")
def get_places(
    trace_id: str,
    span_id: str,
    asked: Annotated[WordsQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> TextPlaces:
    """Where words stand in a text, at most 200 places at once, in whatever case they are written."""
    text = _found(trace_id, span_id, asked, access)
    found = find_words(access.engine, text, asked.words, asked.start)
    return TextPlaces(size_bytes=text.size_bytes, starts=found.starts, next_start=found.next_start)


def _found(trace_id: str, span_id: str, asked: TextQuery, access: ReadAccess) -> Text:
    """The text that is asked for.

    Raises:
        NotAllowed: a link shows what was said, and nothing else of a span.
        NotFound: there is none.
    """
    if not access.has_attributes and asked.field not in SAID:
        raise NotAllowed(f"this link shows of a span: {', '.join(SAID)}")
    return find_text(access.engine, access.project, trace_id, span_id, asked.field)


def _range_of(wanted: str, text: Text) -> tuple[int, int] | None:
    """The first byte and the one after the last; None where the whole is asked for, or something that is no range.

    Raises:
        OutOfRange: the text has no such bytes.
    """
    found = _RANGE.fullmatch(wanted.replace(" ", ""))
    if not found:
        return None
    if found[3]:
        first, to = max(0, text.size_bytes - int(found[3])), text.size_bytes
    else:
        first = int(found[1])
        to = min(text.size_bytes, int(found[2]) + 1 if found[2] else text.size_bytes)
        if found[2] and int(found[2]) < first:
            return None
    if first >= to:
        raise OutOfRange(
            f"range {wanted!r}: the text has {text.size_bytes} bytes", size_bytes=text.size_bytes
        )
    return first, to


def _while_allowed(pieces: Iterator[bytes], access: ReadAccess) -> Iterator[bytes]:
    """The pieces, as long as they may be read.

    Raises:
        PermissionError: the credential has ended; the reader sees that the text breaks off.
    """
    for piece in pieces:
        if not access.holds():
            raise PermissionError("the credential of a long text has ended")
        yield piece
