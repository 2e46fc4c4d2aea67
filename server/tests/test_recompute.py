"""Deriving anew what somebody has rewritten: who asks for it hears when it is stored, or that it will not be."""

import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.prices import Prices
from clearspan_server.ingest.redact import Redactor
from clearspan_server.ingest.senders import Senders
from clearspan_server.jobs.lifecycle import Lifecycle, Stores
from clearspan_server.jobs.states import Patience, Watch
from clearspan_server.model.deriving import Deriving
from clearspan_server.store.agenda import Agenda
from clearspan_server.store.catalog import Catalog
from clearspan_server.store.cold import Cold
from clearspan_server.store.engine import Engine
from clearspan_server.store.journal import Journal
from clearspan_server.store.watermark import Watermark
from reading import SECOND_NS
from running import until

HOUR = ("p", 3600)


@dataclass(slots=True)
class Derivation:
    """The job alone, with stores of its own."""

    lifecycle: Lifecycle
    agenda: Agenda
    deriving: Deriving


@pytest.fixture
def derivation(engine: Engine, tmp_path: Path) -> Iterator[Derivation]:
    journal = Journal(tmp_path / "journal", max_bytes=1_000_000)
    agenda = Agenda(tmp_path / "agenda.db")
    catalog = Catalog(tmp_path / "catalog.db")
    stores = Stores(
        journal,
        engine,
        agenda,
        Watermark(tmp_path / "told"),
        Prices(catalog, tmp_path / "prices.json"),
        lambda _project: Privacy(Redactor(), b"test"),
        threading.Lock(),
        Cold(tmp_path / "cold.db", None, engine),
    )
    watch = Watch(Senders(), Patience(*(seconds * SECOND_NS for seconds in (5, 15, 300))))
    deriving = Deriving()
    lifecycle = Lifecycle(stores, watch, lambda *_: None, deriving, quiet_ns=5 * SECOND_NS)
    lifecycle.start()
    yield Derivation(lifecycle, agenda, deriving)
    lifecycle.stop(60)
    journal.close()
    agenda.close()
    catalog.close()


def test_it_is_done_when_the_hours_are_noted(derivation: Derivation) -> None:
    done = derivation.lifecycle.recompute([(f"p-{uuid.uuid4().hex}", "a" * 32)], [HOUR])

    done.result(60)

    assert HOUR in {due.hour for due in derivation.agenda.due()}


def test_hours_without_a_trace_are_work_too(derivation: Derivation) -> None:
    done = derivation.lifecycle.recompute([], [HOUR])

    done.result(60)

    assert HOUR in {due.hour for due in derivation.agenda.due()}


def test_what_fails_until_the_server_stops_is_cancelled(derivation: Derivation) -> None:
    derivation.agenda.close()
    done = derivation.lifecycle.recompute([], [HOUR])
    until(lambda: derivation.deriving.trouble)

    waited = done.done()
    derivation.lifecycle.stop(60)

    assert not waited
    assert done.cancelled()


def test_who_asks_after_the_end_is_told(derivation: Derivation) -> None:
    derivation.lifecycle.stop(60)

    assert derivation.lifecycle.recompute([], [HOUR]).cancelled()
