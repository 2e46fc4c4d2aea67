"""What removals work with: every store that holds something of a trace, and whoever must follow."""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from clearspan_server.chat.asking import Talk
from clearspan_server.store.agenda import Agenda, Hour
from clearspan_server.store.cold import Cold
from clearspan_server.store.conversations import Conversations
from clearspan_server.store.counting import Key
from clearspan_server.store.curated import Curated
from clearspan_server.store.engine import Engine
from clearspan_server.store.journal import Journal
from clearspan_server.store.media import Media
from clearspan_server.store.notes import Notes
from clearspan_server.store.privacy import PrivacyStore
from clearspan_server.store.quarantine import Quarantine
from clearspan_server.store.removals import Removals
from clearspan_server.store.retention import Retention
from clearspan_server.store.rewrites import Rewrites
from clearspan_server.store.shares import Shares

_LOOK_S = 0.2


class Stopped(Exception):
    """The server stops; what is under way goes on with the next start."""


class Cancelled(Exception):
    """Somebody gave the removal up before anything was removed."""


@dataclass(slots=True, frozen=True)
class Means:
    """`key` makes pseudonyms; nobody else rewrites spans while `rewriting` is held, or removes under `removing`.

    `recompute` derives traces again, `sweep` removes sums that do not hold, `hasten` has those that are due computed
    soon, `forget` tells who still knows of traces, and `silence` ends what is being said to models, and forgets it
    where it was said. `backups` are the paths of those that are there, and `clock` gives
    seconds since the epoch.
    """

    engine: Engine
    journal: Journal
    agenda: Agenda
    removals: Removals
    retention: Retention
    notes: Notes
    shares: Shares
    curated: Curated
    conversations: Conversations
    cold: Cold
    media: Media
    privacy: PrivacyStore
    rewrites: Rewrites
    quarantine: Quarantine
    key: bytes
    rewriting: threading.Lock
    removing: threading.Lock
    projects: Callable[[], Sequence[str]]
    backups: Callable[[], list[str]]
    recompute: Callable[[Collection[Key], Collection[Hour]], "Future[None]"]
    sweep: Callable[[], None]
    hasten: Callable[[], None]
    forget: Callable[[str, Collection[str]], None]
    silence: Callable[[str, Callable[[Talk], bool]], None]
    clock: Callable[[], float] = time.time
    stopping: threading.Event = field(default_factory=threading.Event)

    def go_on(self) -> None:
        """Return at once, unless the server stops.

        Raises:
            Stopped: it does.
        """
        if self.stopping.is_set():
            raise Stopped

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Return when it is so.

        Raises:
            Stopped: the server stops.
        """
        while not is_so():
            if self.stopping.wait(_LOOK_S):
                raise Stopped
