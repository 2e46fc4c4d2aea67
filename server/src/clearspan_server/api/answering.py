"""Questions of conversations on their way to a model: what goes with them, and who answers."""

import asyncio
import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from clearspan_server.api.chat_targets import checked_target
from clearspan_server.api.shapes_chat import AnswerRequest, ImageSent, MessageRequest, TextSent
from clearspan_server.api.state import State
from clearspan_server.chat.answers import Work
from clearspan_server.chat.asking import Part, Question, Said, inside, new_trace_id
from clearspan_server.chat.context import cost_of, told
from clearspan_server.errors import BadInput
from clearspan_server.gateway.headers import Told
from clearspan_server.ingest.encode import redacted
from clearspan_server.store.catalog import ApiKey
from clearspan_server.store.conversations import (
    Attachment,
    Conversation,
    Message,
    missing,
    no_parent,
)
from clearspan_server.store.media import Use

FEATURE = "chat"
_MOST_IMAGE_BYTES = 24 * 1024 * 1024  # that go with one question, those of earlier ones too


class Asker:
    """Somebody who asks in one conversation of a project; a program with its key, whose limits hold."""

    def __init__(
        self, server: State, project: str, conversation_id: str, user: str, key: ApiKey | None
    ) -> None:
        self._server = server
        self._project = project
        self._id = conversation_id
        self._user = user
        self._key = key

    async def ask(self, asked: MessageRequest) -> tuple[Message, Message]:
        """Keep a question, and have its answer written: the question, and the answer as it begins.

        The model gets the question as it was written; what is kept is without personal data and secrets.

        Raises:
            NotFound, BadInput, Conflict, TooBusy: it cannot be asked.
        """
        answers = self._server.answers
        with answers.place():
            question, work = await asyncio.to_thread(self._asked, asked)
            answers.begin(work)
        return question, work.message

    async def ask_again(self, asked: AnswerRequest) -> Message:
        """Have one more answer to a question written; the answer as it begins.

        Raises:
            NotFound, BadInput, TooBusy: it cannot be asked.
        """
        answers = self._server.answers
        with answers.place():
            work = await asyncio.to_thread(self._asked_again, asked)
            answers.begin(work)
        return work.message

    def _asked(self, asked: MessageRequest) -> tuple[Message, Work]:
        found = self._found()
        attachments = tuple(self._attachments(asked.attachments))
        if not asked.text.strip() and not attachments:
            raise BadInput(
                "text holds nothing but white space", field="text", value=asked.text[:100]
            )
        parent = asked.parent or ""
        written = Message(
            "", parent, "user", asked.text, datetime.now(UTC), attachments=attachments
        )
        path = found.path(parent)
        answer, question = self._prepared(found, path, written, asked)
        clean = self._clean
        kept = replace(
            written,
            text=clean(written.text),
            attachments=tuple(
                replace(one, text=clean(one.text), name=clean(one.name)) for one in attachments
            ),
        )
        kept, begun = self._server.conversations.ask(self._project, self._id, kept, answer)
        return kept, self._work(begun, question, (*path, written))

    def _asked_again(self, asked: AnswerRequest) -> Work:
        found = self._found()
        written = found.message(asked.parent, "user")
        if written is None:
            raise no_parent(asked.parent, "question", self._id)
        path = found.path(written.parent)
        answer, question = self._prepared(found, path, written, asked)
        begun = self._server.conversations.answer(self._project, self._id, answer)
        return self._work(begun, question, (*path, written))

    def _found(self) -> Conversation:
        found = self._server.conversations.find(self._project, self._id)
        if found is None:
            raise missing(self._id, self._project)
        return found

    def _prepared(
        self,
        found: Conversation,
        path: Sequence[Message],
        written: Message,
        asked: MessageRequest | AnswerRequest,
    ) -> tuple[Message, Question]:
        """An answer that is to begin, and what is asked for it."""
        head = found.head
        model = asked.model or head.model
        provider = checked_target(self._server, asked.provider or head.provider)
        earlier, left_out = told(path, found.context, cost_of(written, found.system))
        system = [Said("system", [_text(found.system)])] if found.system.strip() else []
        said = [Said(one.role, parts) for one, parts in self._parts((*earlier, written))]
        answer = Message(
            id="",
            parent=written.id,
            role="assistant",
            text="",
            created=datetime.now(UTC),
            provider=provider.name,
            model=model,
            trace_id=new_trace_id(),
            left_out=left_out,
        )
        return answer, Question(provider, model, [*system, *said], found.parameters)

    def _work(self, answer: Message, question: Question, path: Iterable[Message]) -> Work:
        for image in {one.media_id for message in path for one in message.attachments} - {""}:
            known = self._server.media.find(self._project, image)
            if known is not None:  # so that it goes with the trace, and stays as long as one has it
                use = Use(answer.trace_id, "", "input")
                self._server.media.announce(self._project, known, use)
        about = Told(user=self._user, session=self._id, feature=FEATURE)
        within = inside(self._project, about, answer.trace_id, self._key)
        return Work(self._project, self._id, answer, question, within, self._clean)

    @property
    def _clean(self) -> Callable[[str], str]:
        redactor = self._server.privacies.of(self._project).redactor

        def clean(text: str) -> str:
            [[without]], _ = redacted([[text]], redactor)
            return without

        return clean

    def _attachments(self, sent: Iterable[ImageSent | TextSent]) -> Iterator[Attachment]:
        for one in sent:
            if isinstance(one, TextSent):
                yield Attachment("text", one.name, text=one.text)
                continue
            known = self._server.media.find(self._project, one.media_id)
            if known is None or known.uploaded is None:
                raise BadInput(
                    f"no image {one.media_id!r} is in project {self._project!r}; it is sent to"
                    " /api/v1/chat-attachments first",
                    field="media_id",
                    value=one.media_id,
                )
            if not known.content_type.startswith("image/"):
                raise BadInput(
                    f"the file {one.media_id!r} is {known.content_type}, no image",
                    field="media_id",
                    value=one.media_id,
                )
            yield Attachment("image", one.name, known.id, known.content_type)

    def _parts(self, messages: Iterable[Message]) -> Iterator[tuple[Message, list[Part]]]:
        """What each message says, as spans have it: images and texts before the words about them.

        Raises:
            BadInput: the images are larger than goes with one question.
        """
        size = 0
        for message in messages:
            parts: list[Part] = []
            for one in message.attachments:
                part, part_bytes = self._beside(one)
                size += part_bytes
                parts.append(part)
            if size > _MOST_IMAGE_BYTES:
                raise BadInput(
                    f"the images of this conversation have {size} bytes or more; at most"
                    f" {_MOST_IMAGE_BYTES} go with a question: ask in a new one, or with less context"
                )
            if message.text or not parts:
                parts.append(_text(message.text))
            yield message, parts

    def _beside(self, one: Attachment) -> tuple[Part, int]:
        if one.kind == "text":
            return _text(f"{one.name}:\n\n{one.text}"), 0
        known = self._server.media.find(self._project, one.media_id)
        path = self._server.media.path(self._project, known) if known else None
        if known is None or path is None:
            return _text(f"(an image {one.name!r} was here, and is gone)"), 0
        content = path.read_bytes()
        encoded = base64.b64encode(content).decode()
        part = {"type": "blob", "modality": "image", "mime_type": known.content_type}
        return {**part, "content": encoded}, len(content)


def _text(text: str) -> Part:
    return {"type": "text", "content": text}
