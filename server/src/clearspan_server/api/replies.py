"""Errors as replies: one JSON shape, and google.rpc.Status for OTLP senders of protobuf."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from google.rpc.status_pb2 import Status
from starlette.exceptions import HTTPException
from starlette.responses import Response

from clearspan_server.errors import (
    BadInput,
    ClearspanError,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    TooBusy,
    Unavailable,
)

LOG = logging.getLogger(__name__)

# gRPC codes (google.rpc.Code) for the statuses that OTLP senders get.
_RPC_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 413: 8, 415: 3, 429: 8, 500: 13, 503: 14}
_OTLP_PATHS = ("/v1/traces",)


def error_response(error: ClearspanError, request_id: str) -> Response:
    """The reply for an error, in the one JSON shape."""
    body = {
        "error": {
            "code": error.code,
            "message": error.message,
            "details": dict(error.details),
            "request_id": request_id,
        }
    }
    return JSONResponse(body, error.status, headers=_headers(error))


def install(app: FastAPI) -> None:
    """Answer every error of the app in the one shape."""

    async def answer(request: Request, error: Exception) -> Response:
        known = _known(error)
        if known.status >= 500:
            LOG.error("%s %s: %s", request.method, request.url.path, error, exc_info=error)
        media_type = request.headers.get("content-type", "").partition(";")[0].strip()
        if request.url.path in _OTLP_PATHS and media_type == "application/x-protobuf":
            status = Status(code=_RPC_CODES.get(known.status, 2), message=known.message)
            return Response(
                status.SerializeToString(), known.status, _headers(known), media_type=media_type
            )
        return error_response(known, request.state.request_id)

    for kind in (ClearspanError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answer)


def _known(error: Exception) -> ClearspanError:
    if isinstance(error, ClearspanError):
        return error
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return BadInput(f"{where}: {first['msg']}, not {first.get('input')!r}")
    if isinstance(error.__cause__, ClearspanError):
        return error.__cause__  # raised while the framework read the body
    if isinstance(error, HTTPException):
        return _of_framework(error)
    return ClearspanError("the server failed; its log has the reason under this request id")


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
    if isinstance(error, NotAuthenticated):
        return {"www-authenticate": "Bearer"}
    return {}
