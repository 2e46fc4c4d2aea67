"""`/views`: saved views of a project."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from clearspan_server.api.access import ReadAccess, read_access, written_project
from clearspan_server.api.shapes_views import View, ViewList, ViewRequest
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery
from clearspan_server.errors import NotFound
from clearspan_server.query.language import parse
from clearspan_server.store import views

router = APIRouter(prefix="/api/v1/views", tags=["views"])


@router.get("")
def get_views(
    request: Request,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> ViewList:
    """All saved views of the project, by page and name."""
    return ViewList(views=[_row(view) for view in state_of(request).views.list(access.project)])


@router.post("", status_code=201)
def post_view(request: Request, asked: ViewRequest, _scope: Annotated[ScopeQuery, Query()]) -> View:
    """Save a view; a page has each name once."""
    project = written_project(request, "")
    return _row(state_of(request).views.create(project, _look(asked)))


@router.put("/{view_id}")
def put_view(
    request: Request, view_id: str, asked: ViewRequest, _scope: Annotated[ScopeQuery, Query()]
) -> View:
    """Put another look, or another name, in the place of a saved view."""
    project = written_project(request, "")
    stored = state_of(request).views.replace(project, view_id, _look(asked))
    if stored is None:
        raise _missing(view_id, project)
    return _row(stored)


@router.delete("/{view_id}", status_code=204, response_class=Response)
def delete_view(request: Request, view_id: str, _scope: Annotated[ScopeQuery, Query()]) -> Response:
    """Delete a saved view."""
    project = written_project(request, "")
    if not state_of(request).views.delete(project, view_id):
        raise _missing(view_id, project)
    return Response(status_code=204)


def _missing(view_id: str, project: str) -> NotFound:
    return NotFound(f"no view {view_id!r} is in project {project!r}", view_id=view_id)


def _look(asked: ViewRequest) -> views.Look:
    parse(asked.filter)  # one that nobody can read would be a view that nobody can open
    told = asked.model_dump() | {"name": asked.name.strip(), "columns": tuple(asked.columns)}
    return views.Look(**told)


def _row(view: views.View) -> View:
    return View(
        id=view.id,
        created=view.created.isoformat().replace("+00:00", "Z"),
        **asdict(view.look) | {"columns": list(view.look.columns)},
    )
