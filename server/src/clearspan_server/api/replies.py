"""Errors as replies: one JSON shape, and google.rpc.Status for OTLP senders, in the encoding that they sent."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from clearspan_server.api.otlp_paths import XTRACE, is_langfuse, signal_at
from clearspan_server.errors import (
    BadInput,
    ClearspanError,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    TooBusy,
    TooManyReads,
    TooSlow,
    Unavailable,
)
from clearspan_server.ingest.answer import status_of

LOG = logging.getLogger(__name__)

_PROTOBUF = "application/x-protobuf"
_JSON = "application/json"
_MISSING = "LangfuseNotFoundError"  # which Langfuse's clients look for
# The words of xtrace's clients; all else is a bad request.
_XTRACE = {
    401: "UNAUTHORIZED",
    403: "UNAUTHORIZED",
    404: "NOT_FOUND",
    429: "TOO_MANY_REQUESTS",
    500: "INTERNAL_ERROR",
    503: "SERVICE_UNAVAILABLE",
}
_SHOWN_CHARS = 200  # of a value that was refused
# Fields of api/shapes_access.py and api/shapes_providers.py.
_SECRETS = frozenset(("password", "old", "new", "token", "key"))


def reply_to(request: Request, error: ClearspanError) -> Response:
    """The reply for an error, in the form that its receiver reads."""
    if request.method == "POST" and signal_at(request.scope["path"]):
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        status = status_of(error)
        if media_type == _PROTOBUF:
            return Response(
                status.SerializeToString(), error.status, _headers(error), media_type=media_type
            )
        if media_type == _JSON:
            plain = {"code": status.code, "message": status.message}
            return JSONResponse(plain, error.status, headers=_headers(error))
    if is_langfuse(request.scope["path"]):
        name = _MISSING if isinstance(error, NotFound) else error.code
        said = _in_xtrace(error) | {"error": name}  # both have clients that read the same routes
        return JSONResponse(said, error.status, headers=_headers(error))
    if request.scope["path"].rstrip("/") in XTRACE:
        return JSONResponse(_in_xtrace(error), error.status, headers=_headers(error))
    body = {
        "error": {
            "code": error.code,
            "message": error.message,
            "details": dict(error.details),
            "request_id": request.state.request_id,
        }
    }
    return JSONResponse(body, error.status, headers=_headers(error))


def _in_xtrace(error: ClearspanError) -> dict[str, Any]:
    code = _XTRACE.get(error.status, "BAD_REQUEST")
    told: dict[str, Any] = {"message": error.message, "code": code, "data": None}
    if isinstance(error, TooManyReads):
        reset = datetime.now(UTC) + timedelta(seconds=error.retry_after_s)
        told["meta"] = {"rate_limit": {"remaining": 0, "reset_at": reset.isoformat()}}
    return told


def install(app: FastAPI) -> None:
    """Answer every error of the app in the one shape."""

    async def answer(request: Request, error: Exception) -> Response:
        known = _known(error)
        if known.status >= 500:
            # What the error says may quote what was sent; the log has its kind and where it was raised.
            said = {"request_id": request.state.request_id}
            LOG.error("%s %s failed", request.method, request.url.path, exc_info=error, extra=said)
        return reply_to(request, known)

    kinds = (ClearspanError, RequestValidationError, HTTPException, ClientDisconnect, Exception)
    for kind in kinds:
        app.add_exception_handler(kind, answer)


def _known(error: Exception) -> ClearspanError:
    if isinstance(error, ClearspanError):
        return error
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return BadInput(f"{where}: {first['msg']}{_given(first)}")
    if isinstance(error, ClientDisconnect):
        return BadInput("the sender went away")  # and does not read this
    if isinstance(error.__cause__, ClearspanError):
        return error.__cause__  # raised while the framework read the body
    if isinstance(error, HTTPException):
        return _of_framework(error)
    return ClearspanError("the server failed; its log has the reason under this request id")


def _given(mistake: Mapping[str, Any]) -> str:
    """What a validator refused, unless it is or holds what nobody may read over a shoulder."""
    if mistake["type"] == "missing":
        return ""  # it is what the field was missed in
    given = mistake.get("input")
    inside = given if isinstance(given, Mapping) else ()
    if _SECRETS.intersection((*map(str, mistake["loc"]), *map(str, inside))):
        return ""
    shown = repr(given)
    return f", not {shown}" if len(shown) <= _SHOWN_CHARS else f", not {shown[:_SHOWN_CHARS]}…"


def _of_framework(error: HTTPException) -> ClearspanError:
    kinds: dict[int, type[ClearspanError]] = {
        401: NotAuthenticated,
        403: NotAllowed,
        404: NotFound,
    }
    known = kinds.get(error.status_code, BadInput)(str(error.detail))
    if error.status_code == 405:
        known.status, known.code = 405, "method_not_allowed"
    return known


def _headers(error: ClearspanError) -> dict[str, str]:
    if isinstance(error, (TooBusy, Unavailable)):
        return {"retry-after": str(error.retry_after_s)}
    if isinstance(error, TooSlow):
        return {"connection": "close"}  # what might still come is not to be waited for
    if isinstance(error, NotAuthenticated):
        return {"www-authenticate": "Bearer"}
    return {}
