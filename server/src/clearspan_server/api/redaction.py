"""`POST /redaction/try`: what redaction makes of a text; nothing of it is stored or logged."""

from fastapi import APIRouter, Request

from clearspan_server.api.access import read_access
from clearspan_server.api.shapes_settings import RedactionTried, RedactionTry
from clearspan_server.api.state import state_of
from clearspan_server.errors import TooLarge

router = APIRouter(prefix="/api/v1/redaction", tags=["settings"])

_MAX_BYTES = 64 * 1024


@router.post("/try")
def try_redaction(request: Request, given: RedactionTry) -> RedactionTried:
    """The text as it would be stored, and how many of which kind were replaced; up to 64 kB."""
    read_access(request)
    size = len(given.text.encode("utf-8", "surrogatepass"))
    if size > _MAX_BYTES:
        raise TooLarge(f"the text has {size} bytes; {_MAX_BYTES} can be tried")
    [text], counts = state_of(request).privacy.redactor.redact([given.text])
    return RedactionTried(text=text, counts=counts)
