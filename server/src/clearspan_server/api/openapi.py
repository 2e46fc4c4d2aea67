"""`/openapi.json`: the API's own description."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from clearspan_server.api.access import KNOWN

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json", dependencies=[KNOWN])
def openapi_document(request: Request) -> JSONResponse:
    """Every route of this server, with its shapes."""
    return JSONResponse(request.app.openapi())
