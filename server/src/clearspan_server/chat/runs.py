"""Runs of the playground: one request to several models, several times, all at once; the newest ones, in memory."""

import asyncio
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from starlette.types import ASGIApp

from clearspan_server.chat.asking import (
    Called,
    Ending,
    Question,
    Refused,
    Said,
    Talk,
    ask,
    inside,
    new_trace_id,
)
from clearspan_server.chat.feed import Feed
from clearspan_server.chat.hearing import Hearing, whole
from clearspan_server.errors import NotFound, TooBusy
from clearspan_server.gateway.headers import Told
from clearspan_server.store.catalog import ApiKey
from clearspan_server.store.conversations import MessageStatus

LOG = logging.getLogger(__name__)

MOST_RUNS = 100  # that are remembered
MOST_BYTES = 128 * 1024 * 1024  # of those that are over
_EVENT_BYTES = 200
MOST_CALLS = 120  # under way, of all runs
FEATURE = "playground"
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")  # as of conversations


@dataclass(slots=True, frozen=True)
class Origin:
    """The span that a request comes from."""

    trace_id: str = ""
    span_id: str = ""


@dataclass(slots=True)
class Call:
    """One call of a run, from its beginning to its end; times in nanoseconds of a clock of its own."""

    number: int
    provider: str
    model: str
    trace_id: str
    status: MessageStatus = "answering"
    hearing: Hearing | None = None
    error: str = ""
    tool_calls: tuple[Called, ...] = ()
    finish_reason: str = ""
    begun_ns: int = field(default_factory=time.monotonic_ns)
    first_ns: int = 0
    ended_ns: int = 0

    @property
    def text(self) -> str:
        return self.hearing.so_far("text") if self.hearing else ""

    @property
    def reasoning(self) -> str:
        return self.hearing.so_far("reasoning") if self.hearing else ""

    def said(self) -> Iterator[str]:
        """All that came from the model."""
        yield from (self.text, self.reasoning, self.error)
        yield from (one.arguments for one in self.tool_calls)

    @property
    def duration_ns(self) -> int | None:
        return self.ended_ns - self.begun_ns if self.ended_ns else None

    @property
    def first_token_ns(self) -> int | None:
        return self.first_ns - self.begun_ns if self.first_ns else None


@dataclass(slots=True)
class Run:
    """What several models make of one request."""

    id: str
    project: str
    origin: Origin
    calls: list[Call]
    user: str
    messages: Sequence[Said]  # what is asked, until all have answered
    key: ApiKey | None = None  # the program's that asked
    feed: Feed = field(default_factory=Feed)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    is_stopped: bool = False

    @property
    def is_finished(self) -> bool:
        return all(one.ended_ns for one in self.calls)

    @property
    def bytes(self) -> int:
        """About as many as it holds in memory: each text twice, each event of it."""
        heard = [one.hearing for one in self.calls if one.hearing]
        return sum(2 * one.bytes + _EVENT_BYTES * one.count for one in heard)


class Runs:
    """The runs of all projects; for the event loop alone."""

    def __init__(self, gateway: ASGIApp) -> None:
        self._gateway = gateway
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self.loop: asyncio.AbstractEventLoop | None = None  # once one has begun

    def begin(
        self,
        project: str,
        questions: Sequence[Question],
        origin: Origin,
        user: str,
        key: ApiKey | None = None,
    ) -> Run:
        """Ask all of them at once; returns as soon as they begin. The limits of a `key` hold for each.

        Raises:
            TooBusy: as many calls are under way as may be.
        """
        under_way = sum(not one.ended_ns for run in self._runs.values() for one in run.calls)
        if under_way + len(questions) > MOST_CALLS:
            raise TooBusy(
                f"{under_way} calls of the playground are under way; with these {len(questions)}"
                f" there would be more than {MOST_CALLS}, which is the most"
            )
        calls = [
            Call(number, one.provider.name, one.model, new_trace_id())
            for number, one in enumerate(questions, 1)
        ]
        self.loop = asyncio.get_running_loop()
        run_id, messages = secrets.token_hex(8).translate(_LETTERS), questions[0].messages
        run = Run(run_id, project, origin, calls, user, messages, key)
        told = Told(
            user=user,
            session=run.id,
            feature=FEATURE,
            origin_trace_id=origin.trace_id,
            origin_span_id=origin.span_id,
        )
        for call, question in zip(calls, questions, strict=True):
            run.tasks.append(asyncio.create_task(self._answer(run, call, question, told)))
        self._runs[run.id] = run
        self._forget()
        return run

    def find(self, project: str, run_id: str) -> Run:
        """A run of a project.

        Raises:
            NotFound: there is none of this id, or not any more.
        """
        run = self._runs.get(run_id)
        if run is None or run.project != project:
            raise NotFound(
                f"no run {run_id!r} is in project {project!r}; the newest {MOST_RUNS} are remembered"
                " until the server stops",
                run_id=run_id,
            )
        return run

    async def stop(self, run: Run) -> None:
        """Break off what is under way, and wait until it has ended."""
        if not run.is_stopped:
            run.is_stopped = True
            await asyncio.sleep(
                0
            )  # a task that is cancelled before its first step never ends a call
            for task in run.tasks:
                task.cancel()
        await asyncio.wait(run.tasks)

    def talks(self, project: str) -> list[Talk]:
        """The runs of a project that are remembered."""
        return [
            Talk(
                id=run.id,
                session=run.id,
                user=run.user,
                trace_ids=frozenset(one.trace_id for one in run.calls),
                messages=run.messages,
                answers=[text for one in run.calls for text in one.said()],
            )
            for run in self._runs.values()
            if run.project == project
        ]

    async def forget(self, run_ids: Collection[str]) -> None:
        """Break these runs off, wait until they have ended, and remember nothing of them."""
        for run in [one for one in self._runs.values() if one.id in run_ids]:
            await self.stop(run)
            self._runs.pop(run.id, None)

    async def close(self) -> None:
        """The server stops, and everything under way with it."""
        await asyncio.sleep(0)  # as above
        tasks = [task for run in self._runs.values() for task in run.tasks if not task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _forget(self) -> None:
        """The oldest that are over, where there are too many, or they are too large."""
        held = sum(one.bytes for one in self._runs.values())
        for run in [one for one in self._runs.values() if one.is_finished]:
            if len(self._runs) <= MOST_RUNS and held <= MOST_BYTES:
                return
            held -= run.bytes
            del self._runs[run.id]

    async def _answer(self, run: Run, call: Call, question: Question, told: Told) -> None:
        def tell(kind: str, piece: str) -> None:
            call.first_ns = call.first_ns or time.monotonic_ns()
            run.feed.tell(kind, piece, call.number)

        hearing = call.hearing = Hearing(tell)
        within = inside(run.project, told, call.trace_id, run.key)
        try:
            ending = await ask(self._gateway, within, question, hearing.heard)
        except asyncio.CancelledError:
            self._end(run, call, "stopped" if run.is_stopped else "interrupted")
        except Refused as refused:
            self._end(run, call, "error", str(refused))
        except Exception as failed:
            # The funnel: as of answers.
            LOG.exception("a call of the playground failed")
            self._end(run, call, "error", f"{type(failed).__name__}: {failed}")
        else:
            self._end(run, call, "ok", ending=ending)

    def _end(
        self,
        run: Run,
        call: Call,
        status: MessageStatus,
        error: str = "",
        ending: Ending | None = None,
    ) -> None:
        known = ending or Ending()
        if call.hearing is not None:
            call.hearing.end()
        call.status, call.error, call.ended_ns = status, whole(error), time.monotonic_ns()
        call.finish_reason = whole(known.finish_reason)
        call.tool_calls = tuple(
            Called(whole(one.id), whole(one.name), whole(one.arguments)) for one in known.tool_calls
        )
        for one in call.tool_calls:
            run.feed.tell("tool_call", one, call.number)
        run.feed.tell("done", call, call.number)
        if run.is_finished:
            run.messages = ()
            run.feed.tell("finished", run)
            run.feed.end()
