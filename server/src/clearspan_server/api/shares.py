"""`/traces/{trace_id}/shares`, `/shares` and `/shared`: links that show one trace to whoever has them."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from clearspan_server.api.access import (
    ReadAccess,
    author_of,
    read_access,
    shared_with,
    written_project,
)
from clearspan_server.api.accounts import moment
from clearspan_server.api.shapes_shares import (
    ShareCreated,
    Shared,
    ShareList,
    ShareRequest,
    ShareRow,
)
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery
from clearspan_server.errors import NotAllowed, NotFound
from clearspan_server.query.traces import trace_version
from clearspan_server.store.shares import Share

router = APIRouter(prefix="/api/v1", tags=["shares"])


@router.post("/traces/{trace_id}/shares", status_code=201)
def create_share(
    request: Request, trace_id: str, wanted: ShareRequest, _scope: Annotated[ScopeQuery, Query()]
) -> ShareCreated:
    """A link to a trace; the reply holds its token, this once. There are none in open mode."""
    project = written_project(request, "")
    server = state_of(request)
    if not server.accounts.exist:
        raise NotAllowed("nobody else is let in before there is an account: there are no links")
    if not trace_version(server.engine, project, trace_id):
        raise NotFound(f"no trace {trace_id[:100]!r} in project {project!r}", trace_id=trace_id)
    token, share = server.shares.create(
        project,
        trace_id,
        has_texts=wanted.has_texts,
        life=timedelta(seconds=wanted.expires_s),
        author=author_of(request),
    )
    return ShareCreated(token=token, row=_row(share))


@router.get("/shares")
def list_shares(
    request: Request,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> ShareList:
    """The project's links that are still good, the newest first, without their secrets."""
    return ShareList(
        shares=[_row(one) for one in state_of(request).shares.of_project(access.project)]
    )


@router.delete("/shares/{share_id}", status_code=204, response_class=Response)
def revoke_share(
    request: Request, share_id: str, _scope: Annotated[ScopeQuery, Query()]
) -> Response:
    """End a link at once."""
    project = written_project(request, "")
    if not state_of(request).shares.revoke(project, share_id):
        raise NotFound(f"no link {share_id[:100]!r} is in project {project!r}")
    return Response(status_code=204)


@router.get("/shared")
def get_shared(share: Annotated[Share, Depends(shared_with)]) -> Shared:
    """What the presented link shows."""
    return Shared(trace_id=share.trace_id, has_texts=share.has_texts, expires=moment(share.expires))


def _row(share: Share) -> ShareRow:
    return ShareRow(
        id=share.id,
        trace_id=share.trace_id,
        has_texts=share.has_texts,
        author=share.author,
        created=moment(share.created),
        expires=moment(share.expires),
        opened=moment(share.opened) if share.opened else None,
    )
