"""A project of which the job removes alone: no server around it, and whoever follows is the test."""

import shutil
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from clearspan_server.jobs.removal_means import Means
from clearspan_server.jobs.removing import Remover
from clearspan_server.model.removal import Removal, Subject
from clearspan_server.model.span import Span
from clearspan_server.store.agenda import Agenda
from clearspan_server.store.backup_files import restore, seal
from clearspan_server.store.catalog import Catalog
from clearspan_server.store.cold import Cold
from clearspan_server.store.cold_place import Folder, Place
from clearspan_server.store.columns import to_batch
from clearspan_server.store.conversations import Conversations
from clearspan_server.store.counting import Key
from clearspan_server.store.curated import Curated
from clearspan_server.store.derived import Bounds, derive_traces
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
from rewriting import at_once
from running import until


class Bench:
    """The stores of a folder, an engine that others use, too, and the job, whose clock the test sets."""

    def __init__(self, engine: Engine, folder: Path, place: Place | None = None) -> None:
        self.engine = engine
        self.project = f"p-{uuid.uuid4().hex}"
        self.catalog = Catalog(folder / "catalog.db")
        self.catalog.ensure_project(self.project)
        self.removals = Removals(folder / "removals.db")
        self.folder = folder
        (folder / "cold").mkdir(exist_ok=True)
        self.wake = threading.Event()
        self.followed: list[set[Key]] = []  # the traces that were derived again
        self.now_s: Callable[[], float] = time.time
        database = self.catalog.database
        self.means = Means(
            engine=engine,
            journal=Journal(folder / "journal", max_bytes=1_000_000),
            agenda=Agenda(folder / "agenda.db"),
            removals=self.removals,
            retention=Retention(database),
            notes=Notes(database),
            shares=Shares(database),
            curated=Curated(database),
            conversations=Conversations(self.catalog.database),
            cold=Cold(folder / "cold.db", place or Folder(folder / "cold"), engine),
            media=Media(database, folder / "blobs"),
            privacy=PrivacyStore(database),
            rewrites=Rewrites(folder / "rewrites.db"),
            quarantine=Quarantine(folder / "quarantine.db"),
            key=b"test",
            rewriting=threading.Lock(),
            removing=threading.Lock(),
            projects=lambda: [self.project],
            backups=list,
            recompute=self._follow,
            sweep=lambda: None,
            hasten=self.sum,
            forget=lambda _project, _ids: None,
            silence=lambda _project, _is_doomed: None,
            clock=self._clock,
        )

    def _follow(self, keys: Collection[Key], _hours: object) -> "Future[None]":
        self.followed.append(set(keys))
        return at_once()

    def sum(self) -> None:
        """Sums follow at once."""
        for one in self.means.agenda.due():
            self.means.agenda.done(one.hour, one.mark)

    def _clock(self) -> float:
        return self.now_s()

    def store(self, *spans: Span) -> None:
        """Spans in the engine, with the rows of their traces."""
        for one in spans:
            one.project = self.project
        batch = pa.Table.from_batches([to_batch(list(spans))])
        self.engine.insert("spans", batch, token=uuid.uuid4().hex)
        derive_traces(
            self.engine, sorted({(self.project, one.trace_id) for one in spans}), Bounds()
        )

    def erasure(self, value: str, by: str = "user", *, is_dry: bool = False) -> Removal:
        """One that waits for its turn."""
        subject = Subject(by, value)  # type: ignore[arg-type]  # the test says one of the kinds
        return self.removals.add("erasure", self.project, "a test", is_dry=is_dry, subject=subject)

    def find(self, removal: Removal) -> Removal:
        """How far it is."""
        found = self.removals.find(removal.kind, self.project, removal.id)
        assert found is not None
        return found

    def traces(self, table: str = "traces") -> set[str]:
        """The traces that a table has rows of."""
        asked = "select distinct trace_id from {t:Identifier} where project = {p:String}"
        rows = self.engine.query(asked, {"t": table, "p": self.project})
        return {row["trace_id"] for row in rows}

    @contextmanager
    def working(self) -> Iterator[None]:
        """The job works for the length of a block."""
        self.means.stopping.clear()  # it may have worked before
        remover = Remover(self.means, self.wake)
        remover.start()
        try:
            yield
        finally:
            remover.stop(60)

    def done(self, removal: Removal, timeout_s: float = 120.0) -> Removal:
        """The removal, once it is over."""
        self.wake.set()
        until(lambda: self.find(removal).state != "running", timeout_s)
        return self.find(removal)

    def restored(self, folder: Path) -> Path:
        """The index of cold storage of a data folder that is restored from a backup of this one, which ends."""
        self.means.cold.close()
        (folder / "copy").mkdir()
        shutil.copy(self.folder / "cold.db", folder / "copy")
        seal(folder / "copy", 0)
        restore(folder / "copy", folder / "new", lambda _: None)
        return folder / "new" / "cold.db"

    def close(self) -> None:
        """Close what was opened."""
        self.means.journal.close()
        stores = (self.catalog, self.removals, self.means.rewrites, self.means.quarantine)
        for one in (*stores, self.means.cold):
            one.close()
        self.means.agenda.close()
