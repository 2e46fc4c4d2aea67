"""Decides from a seed who asks what and what goes wrong: the turns of the demo, without an end."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import clearspan
from clearspan_server.demo.models import Json
from clearspan_server.demo.world import CONVERSATIONS, Conversation

# rate_limit: a call is refused once. outage: the provider fails until we give up. cut: a stream
# breaks and is asked for again. left: the customer goes away while the answer is being written.
Mishap = Literal["none", "rate_limit", "outage", "cut", "left", "tool", "slow"]

# Each deck of turns has all of them, so that a minute of the demo shows everything.
_DECK: tuple[Mishap, ...] = (
    *("none",) * 15,
    *("rate_limit", "rate_limit", "tool", "slow"),
    *("outage", "cut", "left"),
)
_SESSIONS_AT_A_TIME = 3


@dataclass(slots=True)
class Session:
    """A conversation under way, with the messages said so far."""

    id: str
    conversation: Conversation
    messages: list[Json] = field(default_factory=list)
    turns: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One question to the agent; `draw` is the turn's own source of chance."""

    session: Session
    number: int
    question: str
    mishap: Mishap
    draw: random.Random
    speed: float

    def pause(self, least_ms: float, most_ms: float) -> None:
        """Take the time of a data base or of a service somewhere else."""
        time.sleep(self.draw.uniform(least_ms, most_ms) / 1e3 / self.speed)


def turns(seed: int, speed: float) -> Iterator[Turn]:
    """Turns of a few sessions at a time, each session's in their order; speed 1 is real time."""
    draw = random.Random(seed)  # noqa: S311 - a script, no secret
    people: list[Conversation] = []
    deck: list[Mishap] = []
    under_way: list[Session] = []
    while True:
        if len(under_way) < _SESSIONS_AT_A_TIME:
            people = people or draw.sample(CONVERSATIONS, len(CONVERSATIONS))
            under_way.append(Session(f"chat-{draw.getrandbits(40):010x}", people.pop()))
        session = draw.choice(under_way)
        question = session.conversation.questions[session.turns]
        session.turns += 1
        clearspan.gauge("support.sessions.open").set(len(under_way))
        if session.turns == len(session.conversation.questions):
            under_way.remove(session)
        deck = deck or ["none", *draw.sample(_DECK, len(_DECK))][::-1]
        chance = random.Random(draw.random())  # noqa: S311 - as above
        yield Turn(session, session.turns, question, deck.pop(), chance, speed)
