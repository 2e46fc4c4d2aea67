"""Answers that are being written: tasks of the server, whoever reads them, and even if nobody does."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from starlette.types import ASGIApp

from clearspan_server.chat.asking import Question, Refused, ask
from clearspan_server.chat.feed import Feed
from clearspan_server.errors import TooBusy
from clearspan_server.gateway.inside import Inside
from clearspan_server.store.conversations import Conversations, Message, MessageStatus

LOG = logging.getLogger(__name__)

MOST_ANSWERS = 20  # at once
_SAVED_EVERY_S = 1.0


@dataclass(slots=True, frozen=True)
class Work:
    """An answer to be written; `clean` takes personal data and secrets out of a text before it is kept."""

    project: str
    conversation_id: str
    message: Message
    question: Question
    within: Inside
    clean: Callable[[str], str]

    @property
    def of(self) -> tuple[str, str]:
        """Project and conversation."""
        return self.project, self.conversation_id


@dataclass(slots=True)
class _Writing:
    """An answer under way."""

    work: Work
    feed: Feed = field(default_factory=Feed)
    pieces: dict[str, list[str]] = field(default_factory=lambda: {"text": [], "reasoning": []})
    task: asyncio.Task[None] | None = None
    ends_as: MessageStatus | None = None  # once it ends, or is told to

    def heard(self, kind: str, piece: str) -> None:
        if piece:
            self.pieces[kind].append(piece)
            self.feed.tell(kind, piece)

    def so_far(self, status: MessageStatus, error: str = "") -> Message:
        """The message as it is now, as it may be kept."""
        text, reasoning = ("".join(self.pieces[kind]) for kind in ("text", "reasoning"))
        if status == "answering":  # a secret that came by half would not be seen
            text, reasoning = _whole_words(text), _whole_words(reasoning)
        clean = self.work.clean
        return replace(
            self.work.message,
            text=clean(text),
            reasoning=clean(reasoning),
            error=clean(error),
            status=status,
        )


class Answers:
    """All answers under way; for the event loop alone."""

    def __init__(self, gateway: ASGIApp, conversations: Conversations) -> None:
        self._gateway = gateway
        self._conversations = conversations
        self._writing: dict[str, _Writing] = {}
        self._taken = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for one more answer, to be begun within.

        Raises:
            TooBusy: as many are being written as may be.
        """
        if len(self._writing) + self._taken >= MOST_ANSWERS:
            raise TooBusy(
                f"{MOST_ANSWERS} answers are being written at once, which is the most; try again when one has ended"
            )
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    def begin(self, work: Work) -> None:
        """Write an answer; returns at once."""
        writing = self._writing[work.message.id] = _Writing(work)
        writing.task = asyncio.create_task(self._write(writing))

    def feed(self, message_id: str) -> Feed | None:
        """What is told of an answer under way; None of one that is over."""
        writing = self._writing.get(message_id)
        return None if writing is None else writing.feed

    async def stop(self, message_id: str) -> None:
        """Break an answer off, and wait until it has ended; also when it has."""
        writing = self._writing.get(message_id)
        if writing is not None:
            await self._break_off([writing], "stopped")

    async def stop_all(self, project: str, conversation_id: str) -> None:
        """Break off what is being written in a conversation."""
        of = (project, conversation_id)
        mine = [one for one in self._writing.values() if one.work.of == of]
        await self._break_off(mine, "stopped")

    async def close(self) -> None:
        """The server stops: what there is of each answer is kept as interrupted."""
        await self._break_off(list(self._writing.values()), "interrupted")

    async def _break_off(self, writings: Sequence[_Writing], status: MessageStatus) -> None:
        for writing in writings:
            if writing.ends_as is None and writing.task is not None:
                writing.ends_as = status
                writing.task.cancel()
        if tasks := [one.task for one in writings if one.task]:
            await asyncio.wait(tasks)

    async def _write(self, writing: _Writing) -> None:
        work = writing.work
        keeping = asyncio.create_task(self._keep(writing))
        error = ""
        try:
            await ask(self._gateway, work.within, work.question, writing.heard)
        except asyncio.CancelledError:
            error = ""
        except Refused as refused:
            error = str(refused)
        except Exception as failed:
            # The funnel: an answer that fails in a way that nobody knows still ends, and says so.
            LOG.exception("an answer could not be written")
            error = f"{type(failed).__name__}: {failed}"
        writing.ends_as = writing.ends_as or ("error" if error else "ok")
        keeping.cancel()
        final = await asyncio.to_thread(writing.so_far, writing.ends_as, error)
        try:
            await asyncio.to_thread(self._conversations.save, work.project, final)
        finally:
            del self._writing[work.message.id]
            writing.feed.tell("done", final)
            writing.feed.end()

    async def _keep(self, writing: _Writing) -> None:
        """Keep what there is about once a second, for whoever ends the server without asking."""
        known = 0
        with suppress(asyncio.CancelledError):
            while True:
                await asyncio.sleep(_SAVED_EVERY_S)
                size = sum(map(len, writing.pieces.values()))
                if size != known:
                    known = size
                    half = await asyncio.to_thread(writing.so_far, "answering")
                    await asyncio.to_thread(self._conversations.save, writing.work.project, half)


def _whole_words(text: str) -> str:
    return text[: max(text.rfind(" "), text.rfind("\n")) + 1]
