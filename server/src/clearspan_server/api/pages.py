"""The built interface: its files, and the one page for every address that it routes itself."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

from clearspan_server.errors import NotFound

router = APIRouter(include_in_schema=False)
STATIC = Path(str(files("clearspan_server"))) / "static"


def mount(app: FastAPI) -> None:
    """Serve the interface where it has been built."""
    if (STATIC / "assets").is_dir():
        app.mount("/assets", StaticFiles(directory=STATIC / "assets"), name="assets")
    app.include_router(router)


@router.get("/")
@router.get("/p/{path:path}")
def page(path: str = "") -> FileResponse:
    """The page; it holds no data, so everybody may load it."""
    del path
    return _file("index.html")


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


def _file(name: str) -> FileResponse:
    path = STATIC / name
    if not path.is_file():
        raise NotFound(f"{name} has not been built; `make web` builds the interface")
    return FileResponse(path, headers={"cache-control": "no-cache"})
