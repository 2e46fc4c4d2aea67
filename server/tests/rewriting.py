"""A project whose history the job rewrites alone: no server around it, and whoever follows is the test."""

import threading
import time
import uuid
from collections.abc import Collection
from concurrent.futures import Future
from pathlib import Path

import pyarrow as pa

from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.own_prices import check_entry
from clearspan_server.ingest.prices import Prices
from clearspan_server.ingest.redact import Redactor
from clearspan_server.jobs.rewriting import Means, Recompute, Rewriter
from clearspan_server.model.rewrite import Rewrite, RewriteKind, Stretch
from clearspan_server.model.span import Span
from clearspan_server.store.catalog import Catalog
from clearspan_server.store.columns import to_batch
from clearspan_server.store.counting import Key
from clearspan_server.store.engine import Engine
from clearspan_server.store.journal import Journal
from clearspan_server.store.notes import Notes
from clearspan_server.store.rewrites import Rewrites
from reading import BASE_NS, HOUR_NS, span


class Bench:
    """The job alone, on an engine, in a project of its own."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.project = f"p-{uuid.uuid4().hex}"
        self.catalog = Catalog(folder / "catalog.db")
        self.prices = Prices(self.catalog, folder / "prices.json")
        self.journal = Journal(folder / "journal", max_bytes=1_000_000)
        self.rewrites = Rewrites(folder / "rewrites.db")
        self.privacy = Privacy(Redactor(), b"test")
        self.lock = threading.Lock()

    def store(self, *spans: Span) -> None:
        for one in spans:
            one.project = self.project
        batch = pa.Table.from_batches([to_batch(spans)])
        self.engine.insert("spans", batch, token=uuid.uuid4().hex)

    def begin(
        self, kind: RewriteKind = "reprice", *, is_dry: bool = False, is_full: bool = False
    ) -> Rewrite:
        window = Stretch(self.project, 0, time.time_ns() + HOUR_NS)
        return self.rewrites.add(kind, window, is_dry=is_dry, is_full=is_full)

    def find(self, begun: Rewrite) -> Rewrite:
        found = self.rewrites.find(begun.kind, self.project, begun.id)
        assert found is not None
        return found

    def price(self, model: str, **prices: str) -> None:
        """Enter prices of the project's own."""
        self.catalog.put_price(self.project, "", check_entry("", model, None, prices))

    def called(self, days: int) -> Span:
        """A call of 1000 tokens in, on one of ten days."""
        start_ns = BASE_NS - (10 - days) * 24 * HOUR_NS
        made = span(days + 1, start_ns=start_ns, provider="x", response_model="m")
        made.input_tokens = 1000
        return made

    def rewriter(self, recompute: Recompute) -> Rewriter:
        return Rewriter(
            Means(
                self.engine,
                self.journal,
                self.prices,
                self.rewrites,
                Notes(self.catalog.database),
                lambda _project: self.privacy,
                self.lock,
                recompute,
            )
        )

    def spans(self) -> list[Span]:
        asked = "select * from spans final where project = {p:String} order by start_ns, span_id"
        return [Span(**row) for row in self.engine.query(asked, {"p": self.project})]

    def close(self) -> None:
        self.journal.close()
        self.catalog.close()
        self.rewrites.close()


class Followed:
    """What the job says has changed; it is derived never or at once."""

    def __init__(self) -> None:
        self.keys: list[set[Key]] = []

    def never(self, keys: Collection[Key], _hours: object) -> "Future[None]":
        self.keys.append(set(keys))
        return Future()

    def at_once(self, keys: Collection[Key], _hours: object) -> "Future[None]":
        self.keys.append(set(keys))
        return at_once()


def at_once(*_: object) -> "Future[None]":
    done: Future[None] = Future()
    done.set_result(None)
    return done
