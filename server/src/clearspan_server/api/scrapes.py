"""`/scrapes`: Prometheus endpoints that this server reads; an admin names them."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query, Request, Response

from clearspan_server.api.access import OWNER, ReadAccess, read_access, written_project
from clearspan_server.api.accounts import moment
from clearspan_server.api.shapes_scrapes import ScrapeList, ScrapeRequest, ScrapeRow
from clearspan_server.api.state import State, state_of
from clearspan_server.api.window import ScopeQuery, rfc3339
from clearspan_server.errors import BadInput, NotFound
from clearspan_server.store.targets import Target

router = APIRouter(prefix="/api/v1/scrapes", tags=["metrics"])


@router.get("")
def get_scrapes(
    request: Request,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> ScrapeList:
    """The endpoints of the project, and how it stands with each."""
    state = state_of(request)
    targets = [one for one in state.targets.all() if one.project == access.project]
    return ScrapeList(scrapes=[_row(state, target) for target in targets])


@router.post("", status_code=201, dependencies=[OWNER])
def post_scrape(
    request: Request, asked: ScrapeRequest, _scope: Annotated[ScopeQuery, Query()]
) -> ScrapeRow:
    """Read an endpoint from now on; any address that this machine can reach, private ones too."""
    state = state_of(request)
    _check(asked.url)
    project = written_project(request, "")
    made = state.targets.create(project, asked.service.strip(), asked.url, asked.interval_s)
    return _row(state, made)


@router.delete("/{scrape_id}", status_code=204, response_class=Response, dependencies=[OWNER])
def delete_scrape(
    request: Request, scrape_id: str, _scope: Annotated[ScopeQuery, Query()]
) -> Response:
    """Read an endpoint no longer; what was read stays."""
    project = written_project(request, "")
    if not state_of(request).targets.delete(project, scrape_id):
        raise NotFound(f"project {project!r} reads no endpoint {scrape_id[:100]!r}")
    return Response(status_code=204)


def _check(url: str) -> None:
    """Whether it is an address that can be read.

    Raises:
        BadInput: it is not, or holds a password: everybody who reads the project would see it.
    """
    if not _is_address(url):
        raise BadInput(
            f"url is not an address that begins with http:// or https://: {url[:200]!r}",
            field="url",
        )
    if "@" in urlsplit(url).netloc:
        raise BadInput("url may hold no user and no password", field="url")


def _is_address(url: str) -> bool:
    if not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an address that is none
        return False


def _row(state: State, target: Target) -> ScrapeRow:
    held = state.targets.scrape(target.id)
    return ScrapeRow(
        id=target.id,
        url=target.url,
        service=target.service,
        interval_s=target.interval_s,
        created=moment(target.created),
        read=rfc3339(held.read_ns) if held.read_ns else None,
        points=held.points,
        error=held.error,
    )
