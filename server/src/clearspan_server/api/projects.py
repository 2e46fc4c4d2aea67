"""Projects: which there are, and what people call them."""

from fastapi import APIRouter, Request

from clearspan_server.api.access import OWNER, caller_of, read_access
from clearspan_server.api.accounts import moment
from clearspan_server.api.shapes_access import Project, ProjectLabel, ProjectList, ProjectRequest
from clearspan_server.api.state import state_of
from clearspan_server.errors import BadInput, NotFound
from clearspan_server.ingest.admission import DEFAULT_PROJECT, checked_project
from clearspan_server.store.catalog import ProjectRow

DEMO_PROJECT = "demo"

router = APIRouter(prefix="/api/v1/projects", tags=["projects"])


@router.get("")
def list_projects(request: Request) -> ProjectList:
    """All projects, `default` always among them; for a key its own."""
    access = read_access(request)
    known = {row.id: _row(row) for row in state_of(request).catalog.project_rows()}
    known.setdefault(DEFAULT_PROJECT, _default())
    is_everybodys = caller_of(request).role is not None
    return ProjectList(
        projects=[known[name] for name in sorted(known) if is_everybodys or name == access.project]
    )


@router.post("", status_code=201, dependencies=[OWNER])
def create_project(request: Request, wanted: ProjectRequest) -> Project:
    """A new project; one is also made by the first record that names it."""
    catalog = state_of(request).catalog
    project = checked_project(wanted.id)
    if project in catalog.projects():
        raise BadInput(f"there is a project {project!r} already", field="id")
    catalog.label_project(project, wanted.label.strip())
    return _one(request, project)


@router.put("/{project}", dependencies=[OWNER])
def label_project(request: Request, project: str, given: ProjectLabel) -> Project:
    """What people call a project. Its id, which senders and addresses hold, stays."""
    catalog = state_of(request).catalog
    if project not in {DEFAULT_PROJECT, *catalog.projects()}:
        raise NotFound(f"there is no project {project[:100]!r}")
    catalog.label_project(project, given.label.strip())
    return _one(request, project)


def _one(request: Request, project: str) -> Project:
    rows = state_of(request).catalog.project_rows()
    return next((_row(row) for row in rows if row.id == project), _default())


def _row(row: ProjectRow) -> Project:
    return Project(
        id=row.id, label=row.label, demo=row.id == DEMO_PROJECT, created=moment(row.created)
    )


def _default() -> Project:
    return Project(id=DEFAULT_PROJECT, label="", demo=False, created=None)
