"""The built interface: its files, and the one page for every address that it routes itself."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from typing_extensions import override

from clearspan_server.api.access import session_of
from clearspan_server.api.ahead import links
from clearspan_server.errors import NotFound

router = APIRouter(include_in_schema=False)
STATIC = Path(str(files("clearspan_server"))) / "static"
_MANIFEST = STATIC / "manifest.json"


class _Assets(StaticFiles):
    """Files whose names change with their content: a browser asks for each one once."""

    @override
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def mount(app: FastAPI) -> None:
    """Serve the interface, also one that is built after the start."""
    app.mount("/assets", _Assets(directory=STATIC / "assets", check_dir=False), name="assets")
    app.include_router(router)


@router.get("/")
@router.get("/p/{path:path}")
def page(request: Request, path: str = "") -> FileResponse:
    """The page; it holds no data, so everybody may load it.

    It is told what it will ask for; who has a session asks for its data at once, beside the scripts that will draw it.
    """
    response = _file("index.html")
    has_session = path != "" and session_of(request) is not None
    if link := links(path, request.query_params, _MANIFEST, has_session=has_session):
        response.headers["link"] = link
    return response


@router.get("/docs")
def docs() -> FileResponse:
    """The API's documentation, drawn from `/openapi.json`."""
    return _file("docs.html")


@router.get("/favicon.svg")
def favicon() -> FileResponse:
    """The icon."""
    return _file("favicon.svg")


@router.get("/theme.js")
def theme() -> FileResponse:
    """Sets the theme before the first paint."""
    return _file("theme.js")


@router.get("/{path:path}")
def any_other_page(path: str) -> FileResponse:
    """An address that nobody else answers: the page says that there is nothing, in its own words."""
    if path.startswith(("api/", "v1/")):
        raise NotFound(f"there is nothing at /{path}")
    return _file("index.html")


def _file(name: str) -> FileResponse:
    path = STATIC / name
    if not path.is_file():
        raise NotFound(f"{name} has not been built; `make web` builds the interface")
    return FileResponse(path, headers={"cache-control": "no-cache"})
