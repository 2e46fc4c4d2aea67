"""How the way in is now: journal, writer, engine, disk; for the ledger, for health and for Prometheus."""

import time

from clickhouse_connect.driver.exceptions import ClickHouseError

from clearspan_server.api.shapes_delivery import EngineState, JournalState
from clearspan_server.api.state import State
from clearspan_server.api.window import rfc3339
from clearspan_server.errors import ClearspanError

_SECOND_NS = 1_000_000_000


def journal_state(server: State) -> JournalState:
    """What waits for the engine, against the bound."""
    entries, size_bytes = server.journal.backlog()
    meter = server.receiver.meter
    last_ns = meter.last_put_off_ns
    return JournalState(
        entries=entries,
        bytes=size_bytes,
        bound_bytes=server.settings.max_journal_bytes,
        oldest_age_s=writer_lag_s(server),
        put_off=meter.put_off.total(),
        last_put_off=None if last_ns is None else rfc3339(last_ns),
    )


def writer_lag_s(server: State) -> float | None:
    """The age of the oldest request that is not stored, in seconds; None when everything is.

    0 where there are entries without a receipt, as the first versions wrote them: nobody knows when they came.
    """
    _, waiting = server.waiting.look()
    if not waiting:
        entries, _ = server.journal.backlog()
        return 0.0 if entries else None
    return max(0.0, (time.time_ns() - waiting[0].received_ns) / _SECOND_NS)


def underived(server: State) -> int:
    """How many stored entries the lists do not show yet."""
    return max(0, server.journal.stored - server.journal.derived)


def engine_state(server: State) -> EngineState:
    """Whether it answers."""
    return EngineState(state=engine_trouble(server) or "ok", version=server.engine.version)


def engine_trouble(server: State) -> str:
    """Why the engine does not answer; "" when it does."""
    try:
        server.engine.query("select 1")
    except (ClickHouseError, ClearspanError) as error:
        return f"does not answer: {type(error).__name__}"
    return ""
