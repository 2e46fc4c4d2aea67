"""What is told of something under way: numbered, kept until it is over, read by anybody from wherever they were."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Event:
    """One thing that was told; `call` is 0 in conversations."""

    number: int
    kind: str  # text, reasoning, tool_call, done, finished
    call: int
    said: Any  # a text, or what `kind` says

    def joins(self, other: "Event") -> bool:
        """Whether the other may be told as part of this one."""
        is_text = self.kind in ("text", "reasoning")
        return is_text and (self.kind, self.call) == (other.kind, other.call)


class Feed:
    """The events of one answer or run, numbered from 1; for the event loop alone."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._is_over = False
        self._more = asyncio.Event()

    def tell(self, kind: str, said: object, call: int = 0) -> None:
        """Tell all readers."""
        self._events.append(Event(len(self._events) + 1, kind, call, said))
        self._wake()

    def end(self) -> None:
        """Nothing comes any more."""
        self._is_over = True
        self._wake()

    async def after(self, number: int, every_s: float) -> AsyncIterator[Event | None]:
        """What comes after the event of a number, until the end; None for each silence of `every_s`.

        A reader that has seen more than there is knew another feed: it gets what follows, and in any case the end.
        """
        if number > len(self._events):
            number = len(self._events) - self._is_over
        while True:
            more = self._more
            if waiting := self._events[max(0, number) :]:
                number = waiting[-1].number
                for event in _joined(waiting):
                    yield event
                continue
            if self._is_over:
                return
            try:
                await asyncio.wait_for(more.wait(), every_s)
            except TimeoutError:
                yield None

    def _wake(self) -> None:
        self._more.set()
        self._more = asyncio.Event()


def _joined(events: list[Event]) -> list[Event]:
    """Fewer events that say the same, each with the number of the last that is in it."""
    found: list[Event] = []
    texts: list[str] = []
    for event in events:
        if found and found[-1].joins(event):
            texts.append(event.said)
            found[-1].number = event.number
            continue
        if texts:
            found[-1].said = "".join(texts)
        found.append(Event(event.number, event.kind, event.call, event.said))
        texts = [event.said] if event.kind in ("text", "reasoning") else []
    if texts:
        found[-1].said = "".join(texts)
    return found
