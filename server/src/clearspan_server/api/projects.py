"""Projects and their API keys; only the install's owner sees them."""

from fastapi import APIRouter, Request, Response

from clearspan_server.api.access import OWNER
from clearspan_server.api.shapes import (
    KeyCreated,
    KeyList,
    KeyRequest,
    KeyRow,
    Project,
    ProjectList,
)
from clearspan_server.api.state import state_of
from clearspan_server.errors import BadInput, NotFound
from clearspan_server.ingest.admission import DEFAULT_PROJECT, checked_project
from clearspan_server.store.catalog import ApiKey

DEMO_PROJECT = "demo"

router = APIRouter(prefix="/api/v1", tags=["projects"], dependencies=[OWNER])


@router.get("/projects")
def list_projects(request: Request) -> ProjectList:
    """All projects; `default` is always there."""
    known = {DEFAULT_PROJECT, *state_of(request).catalog.projects()}
    return ProjectList(
        projects=[Project(id=project, demo=project == DEMO_PROJECT) for project in sorted(known)]
    )


@router.get("/keys")
def list_keys(request: Request) -> KeyList:
    """All API keys, without their secrets."""
    return KeyList(keys=[_row(key) for key in state_of(request).catalog.list_keys()])


@router.post("/keys", status_code=201)
def create_key(request: Request, wanted: KeyRequest) -> KeyCreated:
    """A new key of a project; the reply holds the whole key, this once."""
    if not wanted.scopes:
        raise BadInput("a key needs at least one scope: ingest, read, write or admin")
    key, row = state_of(request).catalog.create_key(
        checked_project(wanted.project),
        name=wanted.name,
        environment=wanted.environment,
        scopes=wanted.scopes,
    )
    return KeyCreated(key=key, row=_row(row))


@router.delete("/keys/{key_id}", status_code=204, response_class=Response)
def delete_key(request: Request, key_id: str) -> Response:
    """Revoke a key at once."""
    if not state_of(request).catalog.delete_key(key_id):
        raise NotFound(f"there is no key {key_id!r}")
    return Response(status_code=204)


def _row(key: ApiKey) -> KeyRow:
    return KeyRow(
        id=key.id,
        name=key.name,
        project=key.project,
        environment=key.environment,
        scopes=list(key.scopes),
        created=key.created.isoformat().replace("+00:00", "Z"),
    )
