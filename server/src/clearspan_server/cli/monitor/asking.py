"""Questions to the server, asked on a thread of their own so that the screen never waits."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump

from clearspan_server.cli.feed import Feed, News
from clearspan_server.errors import ClearspanError

Question = Callable[[], Any]


@dataclass
class Answered(Message):
    """What was asked under a name, and what came of it: an answer or an error."""

    name: str
    answer: Any
    error: ClearspanError | None = None


@dataclass
class Happened(Message):
    """News of the live feed."""

    news: list[News]


class Asking:
    """One thread that asks one question after the other; it ends with the process, and holds up nobody's exit."""

    def __init__(self) -> None:
        self._questions: queue.SimpleQueue[tuple[MessagePump, str, Question]] = queue.SimpleQueue()
        threading.Thread(target=self._work, daemon=True, name="questions").start()

    def ask(self, who: MessagePump, name: str, question: Question) -> None:
        """Ask in turn; `Answered` tells who wants to know."""
        self._questions.put((who, name, question))

    def _work(self) -> None:
        while True:
            who, name, question = self._questions.get()
            try:
                answered = Answered(name, question())
            except ClearspanError as error:
                answered = Answered(name, None, error)
            who.post_message(answered)


def follow(app: App[None], feed: Feed) -> None:
    """Tell the app what happens, from a thread of its own."""

    def listen() -> None:
        while True:
            app.post_message(Happened(feed.next()))

    threading.Thread(target=listen, daemon=True, name="news").start()
