"""Comments and bookmarks on traces; also on one that has not come yet, or was dropped."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from clearspan_server.api.access import ReadAccess, author_of, read_access, written_project
from clearspan_server.api.shapes_scores import CommentList, CommentRequest, CommentRow
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery
from clearspan_server.errors import BadInput, NotFound
from clearspan_server.ingest.decode_scores import checked_trace_id
from clearspan_server.store.notes import Comment

router = APIRouter(prefix="/api/v1/traces/{trace_id}", tags=["traces"])


@router.get("/comments")
def get_comments(
    request: Request,
    trace_id: str,
    asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> CommentList:
    """The comments on a trace, oldest first."""
    del asked
    found = state_of(request).notes.comments(access.project, checked_trace_id(trace_id))
    return CommentList(comments=[_row(one) for one in found])


@router.post("/comments", status_code=201)
def post_comment(request: Request, trace_id: str, asked: CommentRequest) -> CommentRow:
    """Write a comment, under the name of whoever is signed in, or of the key; it is redacted as spans are."""
    return _row(written(request, checked_trace_id(trace_id), asked.text))


def written(request: Request, trace_id: str, said: str) -> Comment:
    """The comment of the caller on a trace, kept without personal data and secrets.

    Raises:
        BadInput: it says nothing.
    """
    project = written_project(request, "")
    text = said.strip()
    if not text:
        raise BadInput("text holds nothing but white space", field="text", value=said[:100])
    server = state_of(request)
    server.catalog.ensure_project(project)
    [clean], _ = server.privacies.of(project).redactor.redact([text])
    return server.notes.add_comment(project, trace_id, author_of(request), clean)


@router.delete("/comments/{comment_id}", status_code=204, response_class=Response)
def delete_comment(request: Request, trace_id: str, comment_id: str) -> Response:
    """Delete a comment."""
    project = written_project(request, "")
    if not state_of(request).notes.delete_comment(project, checked_trace_id(trace_id), comment_id):
        raise NotFound(f"no comment {comment_id!r} is on trace {trace_id!r} of project {project!r}")
    return Response(status_code=204)


@router.put("/bookmark", status_code=204, response_class=Response)
def put_bookmark(request: Request, trace_id: str) -> Response:
    """Bookmark a trace, for everybody in the project."""
    project = written_project(request, "")
    server = state_of(request)
    server.catalog.ensure_project(project)
    server.notes.bookmark(project, checked_trace_id(trace_id), author_of(request))
    return Response(status_code=204)


@router.delete("/bookmark", status_code=204, response_class=Response)
def delete_bookmark(request: Request, trace_id: str) -> Response:
    """Take the bookmark away; also where there is none."""
    project = written_project(request, "")
    state_of(request).notes.unmark(project, checked_trace_id(trace_id))
    return Response(status_code=204)


def _row(comment: Comment) -> CommentRow:
    return CommentRow(
        id=comment.id,
        trace_id=comment.trace_id,
        author=comment.author,
        text=comment.text,
        created=comment.created.isoformat().replace("+00:00", "Z"),
    )
