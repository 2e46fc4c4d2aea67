"""Comments on traces for Langfuse's clients."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from clearspan_server.api.access import read_access
from clearspan_server.api.langfuse_rows import Names
from clearspan_server.api.langfuse_shapes import (
    MAX_ID_CHARS,
    PageAsked,
    Sent,
    Shape,
    missing,
    moment,
    paged,
)
from clearspan_server.api.notes import written
from clearspan_server.api.state import state_of
from clearspan_server.model.langfuse_ids import trace_id
from clearspan_server.query.whole import span_ids
from clearspan_server.store.notes import Comment

router = APIRouter(prefix="/api/public/comments", tags=["Langfuse"], include_in_schema=False)


class CommentSent(Sent):
    """A comment on a trace; those on other things are not kept here."""

    object_type: Literal["TRACE"]
    object_id: str = Field(min_length=1, max_length=MAX_ID_CHARS)
    content: str = Field(min_length=1, max_length=10_000)


class CommentsPage(PageAsked):
    """On which trace."""

    object_type: Literal["TRACE"] = "TRACE"
    object_id: str


@router.post("")
def post_langfuse_comment(request: Request, sent: CommentSent) -> Shape:
    """Write a comment, under the name of the key."""
    return {"id": written(request, trace_id(sent.object_id), sent.content).id}


@router.get("")
def get_langfuse_comments(request: Request, asked: Annotated[CommentsPage, Query()]) -> Shape:
    """The comments on a trace, oldest first."""
    project = read_access(request).project
    found = state_of(request).notes.comments(project, trace_id(asked.object_id))
    page = found[asked.offset : asked.offset + asked.limit]
    return paged([_comment(one, asked.object_id, project) for one in page], len(found), asked)


@router.get("/{comment_id}")
def get_langfuse_comment(request: Request, comment_id: str) -> Shape:
    """The comment of an id."""
    access = read_access(request)
    found = state_of(request).notes.comment(access.project, comment_id)
    if found is None:
        raise missing("comment", comment_id, access.project)
    names = Names(span_ids(access.engine, access.project, [found.trace_id], ["-"]))
    return _comment(found, names.trace(found.trace_id), access.project)


def _comment(comment: Comment, on: str, project: str) -> Shape:
    return {
        "id": comment.id,
        "projectId": project,
        "objectType": "TRACE",
        "objectId": on,
        "content": comment.text,
        "authorUserId": comment.author or None,
        "createdAt": moment(comment.created),
        "updatedAt": moment(comment.created),
    }
