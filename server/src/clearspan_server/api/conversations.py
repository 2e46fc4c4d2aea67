"""`/conversations`: kept, searched and changed; and what is asked and answered in them."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from clearspan_server.api.access import (
    ReadAccess,
    author_of,
    read_access,
    spending_key,
    written_project,
)
from clearspan_server.api.accounts import moment
from clearspan_server.api.answering import Asker
from clearspan_server.api.call_figures import figures_of, sums_of
from clearspan_server.api.chat_targets import checked_target
from clearspan_server.api.events import place_of, stream_of
from clearspan_server.api.privacy import without_secrets
from clearspan_server.api.shapes_chat import (
    AnswerRequest,
    AskedMessage,
    ChatAttachment,
    ChatContext,
    ChatFigures,
    ChatMessage,
    ChatText,
    Conversation,
    ConversationChange,
    ConversationHead,
    ConversationList,
    ConversationRequest,
    MessageRequest,
)
from clearspan_server.api.state import State, state_of
from clearspan_server.api.window import ScopeQuery
from clearspan_server.chat.feed import Event, Feed
from clearspan_server.errors import NotFound
from clearspan_server.query.calls import read_calls
from clearspan_server.query.cursor import TEXT, Cursor, decode
from clearspan_server.store import conversations
from clearspan_server.store.conversations import Asked, Change, Context, Draft, missing

router = APIRouter(prefix="/api/v1/conversations", tags=["chat"])

_SORT = "-last_seen"
_WORDS = 20


class ConversationsQuery(ScopeQuery):
    """Which conversations: all of whose `words` stand in the title or in a message, in any case."""

    words: str = Field(default="", max_length=200)
    is_archived: bool = False
    cursor: str | None = Field(default=None, max_length=500)
    limit: int = Field(default=50, ge=1, le=200)


class EventsQuery(ScopeQuery):
    """From where on."""

    after: int = Field(default=0, ge=0, description="The id of the last event that was seen.")


@router.get("")
def get_conversations(
    request: Request,
    asked: Annotated[ConversationsQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> ConversationList:
    """A page of conversations, those that changed last first."""
    after = None
    if asked.cursor is not None:
        cursor = decode(asked.cursor, _SORT, 1, TEXT)
        after = (datetime.fromtimestamp(int(cursor.value or 0) / 1e6, UTC), cursor.ids[0])
    words = " ".join(asked.words.split()[:_WORDS])
    wanted = Asked(words, asked.is_archived, after, asked.limit + 1)
    found = state_of(request).conversations.list(access.project, wanted)
    last = found[asked.limit - 1] if len(found) > asked.limit else None
    following = None
    if last is not None:
        micros = round(last.updated.timestamp() * 1e6)
        following = Cursor(_SORT, micros, (last.id,)).encode()
    heads = [_head(one) for one in found[: asked.limit]]
    return ConversationList(conversations=heads, next=following)


@router.post("", status_code=201)
def post_conversation(
    request: Request, asked: ConversationRequest, _scope: Annotated[ScopeQuery, Query()]
) -> Conversation:
    """Begin a conversation; nothing is asked yet."""
    project, server = written_project(request, ""), state_of(request)
    checked_target(server, asked.provider)
    server.catalog.ensure_project(project)
    said = {"title": asked.title.strip(), "system": asked.system, "parameters": asked.parameters}
    clean: dict[str, Any] = without_secrets(server, project, said)
    draft = Draft(
        title=clean["title"],
        system=clean["system"],
        provider=asked.provider,
        model=asked.model,
        parameters=clean["parameters"],
        context=Context(asked.context.kind, asked.context.count),
    )
    return _whole(server.conversations.create(project, draft, author_of(request)))


@router.get("/{conversation_id}")
def get_conversation(
    request: Request,
    conversation_id: str,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Conversation:
    """A conversation with all its messages."""
    found = state_of(request).conversations.find(access.project, conversation_id)
    if found is None:
        raise missing(conversation_id, access.project)
    return _whole(found)


@router.patch("/{conversation_id}")
def patch_conversation(
    request: Request,
    conversation_id: str,
    asked: ConversationChange,
    _scope: Annotated[ScopeQuery, Query()],
) -> Conversation:
    """Rename, archive or restore a conversation, or change what its next answers are asked with."""
    project, server = written_project(request, ""), state_of(request)
    if asked.provider is not None:
        checked_target(server, asked.provider)
    said = asked.model_dump(exclude={"context", "parameters"})
    words: dict[str, Any] = {
        name: said[name] for name in ("title", "system") if said[name] is not None
    }
    said |= without_secrets(server, project, words)
    parameters: Any = None
    if asked.parameters is not None:
        [parameters] = without_secrets(server, project, {"of": asked.parameters}).values()
    rule = asked.context
    context = None if rule is None else Context(rule.kind, rule.count)
    change = Change.of(said, parameters, context)
    found = server.conversations.change(project, conversation_id, change)
    if found is None:
        raise missing(conversation_id, project)
    return _whole(found)


@router.delete("/{conversation_id}", status_code=204, response_class=Response)
async def delete_conversation(
    request: Request, conversation_id: str, _scope: Annotated[ScopeQuery, Query()]
) -> Response:
    """Delete a conversation with its messages and images; its traces stay."""
    project, server = await asyncio.to_thread(written_project, request, ""), state_of(request)
    await server.answers.stop_all(project, conversation_id)
    await asyncio.to_thread(_delete, server, project, conversation_id)
    return Response(status_code=204)


@router.post("/{conversation_id}/messages", status_code=202)
async def post_message(
    request: Request,
    conversation_id: str,
    asked: MessageRequest,
    _scope: Annotated[ScopeQuery, Query()],
) -> AskedMessage:
    """Ask a question; its answer is being written when this returns."""
    question, answer = await (await _asker(request, conversation_id)).ask(asked)
    return AskedMessage(question=_message(question), answer=_message(answer))


@router.post("/{conversation_id}/answers", status_code=202)
async def post_answer(
    request: Request,
    conversation_id: str,
    asked: AnswerRequest,
    _scope: Annotated[ScopeQuery, Query()],
) -> ChatMessage:
    """One more answer to a question: again, or by another model."""
    return _message(await (await _asker(request, conversation_id)).ask_again(asked))


@router.get("/{conversation_id}/answers/{message_id}/events", response_class=StreamingResponse)
async def get_answer_events(
    request: Request,
    conversation_id: str,
    message_id: str,
    asked: Annotated[EventsQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> StreamingResponse:
    """Server-sent events of an answer: `text` and `reasoning` with a `text`, then `done` with the message.

    Ids count from 1; with `after` (or the header `last-event-id`) only what came later is told. Of an answer that is
    over only `done` is.
    """
    after = place_of(request, asked.after)
    answers = state_of(request).answers
    feed = answers.feed(message_id)  # before: it may end meanwhile
    found = await asyncio.to_thread(_answer, request, access.project, conversation_id, message_id)
    if feed is None and found.status == "answering":
        feed = await answers.begun(access.project, found)
        found = await asyncio.to_thread(
            _answer, request, access.project, conversation_id, message_id
        )
    if feed is None:
        feed, after = Feed(), 0
        feed.tell("done", found)
        feed.end()
    return stream_of(feed, after, access, _event)


@router.get("/{conversation_id}/figures")
def get_conversation_figures(
    request: Request,
    conversation_id: str,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> ChatFigures:
    """Tokens, cost and latency of each answer from its recorded span, and what they add up to."""
    traces = state_of(request).conversations.traces(access.project, conversation_id)
    if traces is None:
        raise missing(conversation_id, access.project)
    rows = read_calls(access.engine, access.project, list(traces))
    answers = {traces[trace_id]: figures_of(row) for trace_id, row in rows.items()}
    return ChatFigures(answers=answers, totals=sums_of(rows))


@router.post("/{conversation_id}/answers/{message_id}/stop")
async def post_stop_answer(
    request: Request,
    conversation_id: str,
    message_id: str,
    _scope: Annotated[ScopeQuery, Query()],
) -> ChatMessage:
    """Break an answer off; what there is of it stays. Of one that is over this changes nothing."""
    project = await asyncio.to_thread(written_project, request, "")
    found = await asyncio.to_thread(_answer, request, project, conversation_id, message_id)
    await state_of(request).answers.stop(project, found)
    return _message(await asyncio.to_thread(_answer, request, project, conversation_id, message_id))


async def _asker(request: Request, conversation_id: str) -> Asker:
    project = await asyncio.to_thread(written_project, request, "")
    key = spending_key(request)
    return Asker(state_of(request), project, conversation_id, author_of(request), key)


def _delete(server: State, project: str, conversation_id: str) -> None:
    gone = server.conversations.delete(project, conversation_id)
    if gone is None:
        raise missing(conversation_id, project)
    if gone.images:  # those that stand nowhere else go, too
        alone = server.media.named(project, gone.trace_ids)
        known = {one: server.media.find(project, one) for one in alone & set(gone.images)}
        # Whoever has sent one since it was last asked with here is about to ask with it elsewhere.
        images = {
            media_id
            for media_id, one in known.items()
            if one and one.uploaded and one.uploaded <= gone.images[media_id]
        }
        server.media.erase(project, (), images)


def _answer(
    request: Request, project: str, conversation_id: str, message_id: str
) -> conversations.Message:
    message = state_of(request).conversations.message(project, conversation_id, message_id)
    if message is None or message.role != "assistant":
        raise NotFound(f"no answer {message_id!r} is in conversation {conversation_id!r}")
    return message


def _event(event: Event) -> ChatMessage | ChatText:
    said = event.said
    return _message(said) if isinstance(said, conversations.Message) else ChatText(text=said)


def _head(one: conversations.Head) -> ConversationHead:
    return ConversationHead(
        id=one.id,
        title=one.title,
        is_archived=one.is_archived,
        created=moment(one.created),
        updated=moment(one.updated),
        provider=one.provider,
        model=one.model,
        messages=one.count,
        author=one.author,
    )


def _whole(one: conversations.Conversation) -> Conversation:
    head = _head(one.head).model_dump(exclude={"messages"})
    return Conversation(
        **head,
        system=one.system,
        parameters=dict(one.parameters),
        context=ChatContext(kind=one.context.kind, count=one.context.count),
        leaf=one.leaf or None,
        messages=[_message(message) for message in one.messages],
    )


def _message(one: conversations.Message) -> ChatMessage:
    return ChatMessage(
        id=one.id,
        parent=one.parent or None,
        role=one.role,
        text=one.text,
        reasoning=one.reasoning,
        attachments=[_attachment(beside) for beside in one.attachments],
        provider=one.provider,
        model=one.model,
        status=one.status,
        error=one.error,
        trace_id=one.trace_id,
        created=moment(one.created),
        left_out=one.left_out,
    )


def _attachment(one: conversations.Attachment) -> ChatAttachment:
    is_text = one.kind == "text"
    return ChatAttachment(
        kind=one.kind,
        name=one.name,
        media_id=None if is_text else one.media_id,
        media_type=one.media_type,
        text=one.text if is_text else None,
    )
