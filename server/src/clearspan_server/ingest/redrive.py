"""Rows out of the quarantine: through the journal again, or given up; the ledger follows."""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import orjson

from clearspan_server.errors import Unavailable
from clearspan_server.ingest.batches import BESIDE
from clearspan_server.model.delivery import REDRIVE, Delivery, Signal
from clearspan_server.store.engine import Engine
from clearspan_server.store.journal import Journal, Rows
from clearspan_server.store.quarantine import Quarantine, Quarantined
from clearspan_server.store.statements import statement

MAX_ROWS = 1_000  # of one action
_PATIENCE_S = 20.0
_LOOK_S = 0.05
_CORRECT = statement("clearspan_server.store.schema", "deliveries_correct")
_SIGNALS: Mapping[str, Signal] = {"logs": "logs", "metrics": "metrics", "scores": "scores"}
_ONE_AT_A_TIME = threading.Lock()  # two of them would correct the same delivery


@dataclass(slots=True, frozen=True)
class Outcome:
    """How many rows left the quarantine, and how many the engine refused again."""

    done: int
    refused: int


def redrive(
    journal: Journal, quarantine: Quarantine, engine: Engine, rows: Sequence[Quarantined]
) -> Outcome:
    """Give the rows to the engine again; what it refuses once more stays. Safe to repeat.

    Raises:
        Unavailable: the engine does not take anything now; the rows stay.
        TooBusy: the journal is full.
    """
    with _ONE_AT_A_TIME:
        appended = [(row, _append(journal, row)) for row in rows]
        numbers = [(row, future.result(_PATIENCE_S)) for row, future in appended]
        _wait(journal, max((seq for _, seq in numbers), default=0))
        refused = {
            row.row.seq: row.id
            for project in {row.row.project for row in rows}
            for row in quarantine.waiting(project, limit=2 * MAX_ROWS)
        }
        stored = [row for row, seq in numbers if seq not in refused]
        # What was refused again stays under its old number, which leads to its delivery.
        quarantine.discard([refused[seq] for _, seq in numbers if seq in refused])
        quarantine.redriven([row.id for row in stored])
        _correct(engine, stored, kept=True)
        return Outcome(len(stored), len(rows) - len(stored))


def discard(quarantine: Quarantine, engine: Engine, rows: Sequence[Quarantined]) -> Outcome:
    """Give the rows up: they are rejected from now on."""
    with _ONE_AT_A_TIME:
        _correct(engine, rows, kept=False)
        quarantine.discard([row.id for row in rows])
        return Outcome(len(rows), 0)


def _append(journal: Journal, row: Quarantined) -> "Future[int]":
    """Into the journal with a receipt of its own, which the ledger knows by its protocol and does not add up."""
    held = row.row
    receipt = Delivery(
        project=held.project,
        received_ns=time.time_ns(),
        signal=_SIGNALS.get(held.kind, "traces"),
        protocol=REDRIVE,
        process=held.process,
        service=held.service,
        sender="",
        size_bytes=len(held.data),
        received=held.row_count,
        accepted=held.row_count,
    )
    rows = [Rows(held.kind, held.schema_version, held.row_count, held.data)]
    return journal.append(rows, orjson.dumps(receipt).decode())


def _wait(journal: Journal, seq: int) -> None:
    deadline_s = time.monotonic() + _PATIENCE_S
    while journal.stored < seq:
        if time.monotonic() > deadline_s:
            raise Unavailable(
                "the engine does not store now; what was re-driven waits with the rest"
            )
        time.sleep(_LOOK_S)


def _correct(engine: Engine, rows: Iterable[Quarantined], *, kept: bool) -> None:
    records = Counter[tuple[str, int]]()
    for row in rows:
        if row.row.kind not in BESIDE:
            records[row.row.project, row.row.seq] += row.row.row_count
    for (project, seq), count in records.items():
        counts = {"stored": count if kept else 0, "discarded": 0 if kept else count}
        engine.command(_CORRECT, {"project": project, "seq": seq} | counts)
