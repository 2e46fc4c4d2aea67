"""What becomes of a call's record when the journal does not take it: it waits, or its loss is counted."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearspan import wire
from clearspan_server.gateway.capture import Call, Capture
from clearspan_server.gateway.headers import Told
from clearspan_server.gateway.providers import Providers
from clearspan_server.gateway.recorder import Figures, Recorder
from clearspan_server.ingest.admission import Caller, admit
from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.prices import Prices
from clearspan_server.ingest.receive import Receiver
from clearspan_server.ingest.redact import Redactor
from clearspan_server.ingest.senders import Senders
from clearspan_server.store.catalog import Catalog
from clearspan_server.store.disk import Disk
from clearspan_server.store.journal import Journal
from running import PATIENCE_S, until

NO_DISK_HAS_SO_MUCH = 10**18
CHAT = "/v1/chat/completions"


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    """A disk that is full, for the journal."""
    return Disk(tmp_path, NO_DISK_HAS_SO_MUCH)


@pytest.fixture
def journal(tmp_path: Path, disk: Disk) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal", max_bytes=10_000_000, disk=disk)
    yield opened
    opened.close()


@pytest.fixture
def receiver(journal: Journal, tmp_path: Path) -> Iterator[Receiver]:
    catalog = Catalog(tmp_path / "catalog.db")
    prices = Prices(catalog, tmp_path / "prices.json")
    privacy = Privacy(Redactor(), b"key")
    yield Receiver(journal, catalog, lambda _: privacy, Senders(), prices, max_body_bytes=1_000_000)
    catalog.close()


def call_over(recorder: Recorder) -> Capture:
    """A call that went well and is over."""
    target = Providers().target(f"/openai{CHAT}")
    call = Call(
        target=target,
        method="POST",
        headers={},
        told=Told(),
        access=admit(Caller(), {}, is_open=True),
        trace_id="0" * 31 + "1",
        span_id="0" * 15 + "1",
        endpoint=wire.recognise("POST", target.recognised_by, {}),
        is_recorded=False,
    )
    capture = Capture(call, recorder.budget, recorder.threads)
    capture.asked(b'{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}')
    capture.answered(200, {"content-type": "application/json"})
    capture.heard(b'{"id":"c","model":"gpt-4o","choices":[{"message":{"content":"Ho"}}]}')
    capture.conclude("ok")
    return capture


def test_a_record_that_the_journal_does_not_take_waits_until_it_does(
    receiver: Receiver, journal: Journal, disk: Disk
) -> None:
    figures = Figures()

    async def run() -> None:
        recorder = Recorder(receiver, figures)
        recorder.record(call_over(recorder), "127.0.0.1")
        await asyncio.to_thread(until, lambda: receiver.meter.put_off["traces", "gateway"] > 0)
        assert (figures.waiting, list(journal.read(0))) == (1, [])
        disk.min_free_bytes = 0
        await asyncio.to_thread(until, lambda: figures.waiting == 0)
        await recorder.close()

    asyncio.run(run())

    receipts = [json.loads(entry.receipt) for entry in journal.read(0) if entry.receipt]
    assert [receipt["accepted"] for receipt in receipts] == [1]
    assert (figures.lost, figures.calls) == (0, {("openai", "ok"): 1})
    # The ledger counts what was sent and took, not how often it was tried.
    assert (receipts[0]["client_sent"], receipts[0]["client_dropped"]) == (1, 0)


def test_what_the_journal_never_takes_is_counted_as_lost(receiver: Receiver) -> None:
    figures = Figures()

    async def run() -> None:
        recorder = Recorder(receiver, figures)
        recorder.record(call_over(recorder), "127.0.0.1")
        begun_s = time.monotonic()
        await recorder.close(within_s=0.2)
        assert time.monotonic() - begun_s < PATIENCE_S

    asyncio.run(run())

    assert (figures.lost, figures.waiting) == (1, 0)
