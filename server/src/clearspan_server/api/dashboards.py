"""`/dashboards`: panels under a name, kept, ordered, exported and imported as documents."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from clearspan_server.api.access import ReadAccess, author_of, read_access, written_project
from clearspan_server.api.shapes_dashboards import (
    Dashboard,
    DashboardChange,
    DashboardDocument,
    DashboardList,
    DashboardOrder,
    DashboardRow,
    Panel,
    ShippedDashboard,
    ShippedDashboards,
    SqlSource,
)
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery
from clearspan_server.errors import BadInput, NotFound
from clearspan_server.query.console_statement import compile_question
from clearspan_server.query.language import parse
from clearspan_server.query.series import SeriesQuestion, checked
from clearspan_server.store import dashboards

router = APIRouter(prefix="/api/v1/dashboards", tags=["dashboards"])

MAX_BYTES = 256 * 1024  # of a document
SHIPPED = ("health", "cost", "models", "tools", "people")


@router.get("")
def get_dashboards(
    request: Request,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> DashboardList:
    """The dashboards of the project, in their order."""
    found = state_of(request).dashboards.list(access.project)
    return DashboardList(dashboards=[_row(one) for one in found])


@router.post("", status_code=201)
def post_dashboard(
    request: Request, asked: DashboardDocument, _scope: Annotated[ScopeQuery, Query()]
) -> Dashboard:
    """Create a dashboard of a document, or import one; what is wrong is named with its panel."""
    project = written_project(request, "")
    document = checked_document(asked, project)
    return _whole(state_of(request).dashboards.create(project, document, author_of(request)))


@router.put("/order", status_code=204, response_class=Response)
def put_order(
    request: Request, asked: DashboardOrder, _scope: Annotated[ScopeQuery, Query()]
) -> Response:
    """Put the dashboards of the project into an order."""
    state_of(request).dashboards.order(written_project(request, ""), asked.ids)
    return Response(status_code=204)


@router.get("/shipped")
def get_shipped_dashboards(
    _asked: Annotated[ScopeQuery, Query()], _access: Annotated[ReadAccess, Depends(read_access)]
) -> ShippedDashboards:
    """The dashboards that come with the server, to look at or to start from."""
    return shipped()


@router.get("/{dashboard_id}")
def get_dashboard(
    request: Request,
    dashboard_id: str,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Dashboard:
    """A dashboard; its `document` is what is exported."""
    found = state_of(request).dashboards.find(access.project, dashboard_id)
    if found is None:
        raise _missing(dashboard_id, access.project)
    return _whole(found)


@router.put("/{dashboard_id}")
def put_dashboard(
    request: Request,
    dashboard_id: str,
    asked: DashboardChange,
    _scope: Annotated[ScopeQuery, Query()],
) -> Dashboard:
    """Put a document in the place of the one with `version`; 409 says who put another there meanwhile."""
    project = written_project(request, "")
    stored = state_of(request).dashboards.replace(
        project,
        dashboard_id,
        checked_document(asked.document, project),
        asked.version,
        author_of(request),
    )
    if stored is None:
        raise _missing(dashboard_id, project)
    return _whole(stored)


@router.delete("/{dashboard_id}", status_code=204, response_class=Response)
def delete_dashboard(
    request: Request, dashboard_id: str, _scope: Annotated[ScopeQuery, Query()]
) -> Response:
    """Delete a dashboard."""
    project = written_project(request, "")
    if not state_of(request).dashboards.delete(project, dashboard_id):
        raise _missing(dashboard_id, project)
    return Response(status_code=204)


def checked_document(asked: DashboardDocument, project: str) -> dashboards.Document:
    """The document as it is kept, when each of its filters, splits and queries can be asked.

    Raises:
        BadInput: one cannot; the error says which panel's, and where in it.
    """
    _check(lambda: parse(asked.filter), "filter", asked.filter)
    for number, panel in enumerate(asked.panels):
        _check_panel(panel, number, project)
    document = asked.model_dump(mode="json") | {"name": asked.name.strip()}
    size = len(json.dumps(document))
    if size > MAX_BYTES:
        raise BadInput(f"the dashboard has {size} bytes; at most {MAX_BYTES} are kept")
    return document


def _check_panel(panel: Panel, number: int, project: str) -> None:
    where, source = f"panels.{number}.source", panel.source
    if isinstance(source, SqlSource):
        _check(lambda: compile_question(source.sql, project), f"{where}.sql", panel.title)
        return
    question = SeriesQuestion(source.of, source.measure, source.split.strip(), source.top)
    _check(lambda: parse(source.filter), f"{where}.filter", panel.title)
    _check(lambda: checked(question), where, panel.title)


def _check(ask: Callable[[], object], where: str, of: str) -> None:
    """Where the parser says what is wrong, say also what it was reading."""
    try:
        ask()
    except BadInput as error:
        error.message = f"{where} of {of[:100]!r}: {error.message}"
        error.details = {**error.details, "path": where}
        raise


@cache
def shipped() -> ShippedDashboards:
    """The documents in `shipped_dashboards/`."""
    folder = files("clearspan_server.api") / "shipped_dashboards"
    texts = {one: (folder / f"{one}.json").read_text(encoding="utf-8") for one in SHIPPED}
    return ShippedDashboards(
        dashboards=[
            ShippedDashboard(id=one, document=DashboardDocument.model_validate_json(text))
            for one, text in texts.items()
        ]
    )


def _missing(dashboard_id: str, project: str) -> NotFound:
    return NotFound(
        f"no dashboard {dashboard_id!r} is in project {project!r}", dashboard_id=dashboard_id
    )


def _row(one: dashboards.Dashboard) -> DashboardRow:
    return DashboardRow(
        id=one.id,
        name=one.document["name"],
        description=one.document["description"],
        panels=len(one.document["panels"]),
        version=one.version,
        changed=_moment(one.changed),
        changed_by=one.changed_by,
    )


def _whole(one: dashboards.Dashboard) -> Dashboard:
    return Dashboard(
        id=one.id,
        version=one.version,
        created=_moment(one.created),
        author=one.author,
        changed=_moment(one.changed),
        changed_by=one.changed_by,
        document=DashboardDocument.model_validate(one.document),
    )


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
