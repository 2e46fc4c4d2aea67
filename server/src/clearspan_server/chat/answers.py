"""Answers that are being written: tasks of the server, whoever reads them, and even if nobody does."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from starlette.types import ASGIApp

from clearspan_server.chat.asking import Question, Refused, Talk, ask
from clearspan_server.chat.feed import Feed
from clearspan_server.chat.hearing import Hearing, whole
from clearspan_server.errors import TooBusy
from clearspan_server.gateway.inside import Inside
from clearspan_server.store.conversations import Conversations, Message, MessageStatus

LOG = logging.getLogger(__name__)

MOST_ANSWERS = 20  # at once
_SAVED_EVERY_S = 1.0
_SHARE = 10  # how many times as long as keeping takes, nothing is kept
_RESTS_S = (0.0, 0.2, 1.0, 3.0)  # before each attempt to keep an answer that is over
_BEGINS_WITHIN_S = 5.0
_LOOK_S = 0.02
_THREADS = 2

Result = TypeVar("Result")


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


class _Writing:
    """An answer under way."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.feed = Feed()
        self.hearing = Hearing(self.feed.tell)
        self.task: asyncio.Task[None] | None = None
        self.ends_as: MessageStatus | None = None  # once it ends, or is told to

    def so_far(self, status: MessageStatus, error: str = "") -> Message:
        """The message as it is now, as it may be kept."""
        text, reasoning = (self.hearing.so_far(kind) for kind in ("text", "reasoning"))
        if status == "answering":  # a secret that came by half would not be seen
            text, reasoning = _whole_words(text), _whole_words(reasoning)
        clean = self.work.clean
        return replace(
            self.work.message,
            text=clean(text),
            reasoning=clean(reasoning),
            error=clean(whole(error)),
            status=status,
        )


class Answers:
    """All answers under way; for the event loop alone."""

    def __init__(self, gateway: ASGIApp, conversations: Conversations) -> None:
        self._gateway = gateway
        self._conversations = conversations
        self._writing: dict[str, _Writing] = {}
        self._taken = 0
        self.loop: asyncio.AbstractEventLoop | None = None  # once one has begun
        # Redaction of long answers takes its time, and nobody else is to wait for it.
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="answers")

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
        self.loop = asyncio.get_running_loop()
        writing = self._writing[work.message.id] = _Writing(work)
        writing.task = asyncio.create_task(self._write(writing))

    def feed(self, message_id: str) -> Feed | None:
        """What is told of an answer under way; None of one that is over."""
        writing = self._writing.get(message_id)
        return None if writing is None else writing.feed

    async def begun(self, project: str, message: Message) -> Feed | None:
        """As `feed`, of an answer that is kept as being written: a moment before it begins, it is waited for.

        One that nobody writes, for it could not be kept when it ended, is interrupted.
        """
        last_s = time.monotonic() + _BEGINS_WITHIN_S
        while message.status == "answering" and message.id not in self._writing:
            if not self._taken:
                lost = replace(message, status="interrupted")
                await self._off(self._conversations.save, project, lost)
                break
            if time.monotonic() > last_s:
                break
            await asyncio.sleep(_LOOK_S)
        return self.feed(message.id)

    async def stop(self, project: str, message: Message) -> None:
        """Break an answer off, and wait until it has ended; also when it has."""
        await self.begun(project, message)
        if (writing := self._writing.get(message.id)) is not None:
            await self._break_off([writing], "stopped")

    async def stop_all(self, project: str, conversation_id: str) -> None:
        """Break off what is being written in a conversation."""
        of = (project, conversation_id)
        mine = [one for one in self._writing.values() if one.work.of == of]
        await self._break_off(mine, "stopped")

    def talks(self, project: str) -> list[Talk]:
        """What is being written in a project."""
        return [
            Talk(
                id=one.work.message.id,
                session=one.work.conversation_id,
                user=one.work.within.told.user,
                trace_ids=frozenset((one.work.within.trace_id,)),
                messages=one.work.question.messages,
                answers=[one.hearing.so_far("text"), one.hearing.so_far("reasoning")],
            )
            for one in self._writing.values()
            if one.work.project == project
        ]

    async def end(self, message_ids: Collection[str]) -> None:
        """Break these answers off, and wait until they have ended."""
        mine = [one for name, one in self._writing.items() if name in message_ids]
        await self._break_off(mine, "stopped")

    async def close(self) -> None:
        """The server stops: what there is of each answer is kept as interrupted."""
        await self._break_off(list(self._writing.values()), "interrupted")
        self._threads.shutdown(wait=False)

    async def _break_off(self, writings: Sequence[_Writing], status: MessageStatus) -> None:
        await asyncio.sleep(
            0
        )  # a task that is cancelled before its first step never ends an answer
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
            await ask(self._gateway, work.within, work.question, writing.hearing.heard)
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
        writing.hearing.end()
        try:
            final = await self._kept(writing, writing.ends_as, error)
        finally:
            del self._writing[work.message.id]
        writing.feed.tell("done", final)
        writing.feed.end()

    async def _kept(self, writing: _Writing, status: MessageStatus, error: str) -> Message:
        """The answer as it was kept at its end; where it cannot be, that is what it says."""
        work, failed = writing.work, ""
        for rest_s in _RESTS_S:
            await asyncio.sleep(rest_s)
            try:
                final = await self._off(writing.so_far, status, error)
                await self._off(self._conversations.save, work.project, final)
            except Exception as trouble:
                # Redaction or the disk: whatever it was, the answer ends, and its place is free again.
                LOG.exception("an answer could not be kept")
                failed = f"the answer could not be kept: {type(trouble).__name__}"
            else:
                return final
        return replace(work.message, status="error", error=failed)

    async def _keep(self, writing: _Writing) -> None:
        """Keep what there is about once a second, for whoever ends the server without asking.

        Less often where that takes long, as of long answers it does.
        """
        known, rest_s = 0, _SAVED_EVERY_S
        while True:
            await asyncio.sleep(rest_s)
            if writing.hearing.bytes == known:
                continue
            known, begun_s = writing.hearing.bytes, time.monotonic()
            try:
                half = await self._off(writing.so_far, "answering")
                await self._off(self._conversations.save, writing.work.project, half)
            except Exception:
                # The next time, or at the end, it is tried again.
                LOG.exception("what there is of an answer could not be kept")
            rest_s = max(_SAVED_EVERY_S, _SHARE * (time.monotonic() - begun_s))

    async def _off(self, work: Callable[..., Result], *given: object) -> Result:
        """Do something on a thread of our own."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)


def _whole_words(text: str) -> str:
    return text[: max(text.rfind(" "), text.rfind("\n")) + 1]
