"""The ledger: what was received in a window, by sender, by time and by reason, and what became of it.

Requests up to `stored` are read from the engine, those above it are given as `waiting`: together they are all there is,
each of them once.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import isnan

from clearspan_server.model.delivery import REDRIVE, Delivery
from clearspan_server.query import SQL
from clearspan_server.query.overview import step_for
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_SENDERS = 200
MAX_REASONS = 50
_SENDERS = statement(SQL, "deliveries_senders")
_FLOW = statement(SQL, "deliveries_flow")
_REASONS = statement(SQL, "deliveries_reasons")


@dataclass(slots=True)
class Counts:
    """Records: `received` = `stored` + `duplicates` + `rejected` + `quarantined` + `waiting`."""

    requests: int = 0
    received: int = 0
    stored: int = 0
    duplicates: int = 0
    rejected: int = 0
    quarantined: int = 0
    waiting: int = 0

    def add_stored(self, row: Row) -> None:
        """Sums of requests that the engine has."""
        self.requests += row["requests"]
        self.received += row["received"]
        self.stored += row["accepted"] - row["duplicates"] - row["quarantined"]
        self.duplicates += row["duplicates"]
        self.rejected += row["received"] - row["accepted"]
        self.quarantined += row["quarantined"]

    def add_waiting(self, delivery: Delivery) -> None:
        """A request that waits in the journal."""
        self.requests += 1
        self.received += delivery.received
        self.rejected += delivery.received - delivery.accepted
        self.waiting += delivery.accepted


@dataclass(slots=True)
class Sent:
    """What our SDK counts in a window, by the numbers of its requests."""

    by_now: int = 0  # spans sent with all its requests so far
    before: int | None = None  # of them, before the window
    arrived: int = 0  # spans in requests of the window, a repeated request once
    lost_requests: int = 0  # numbers that are missing

    @property
    def in_window(self) -> int:
        return self.by_now - (self.before or 0)


@dataclass(slots=True)
class Sender:
    """One process with what it sends by; times in nanoseconds since the Unix epoch."""

    process: str
    service: str
    sender: str
    protocol: str
    counts: Counts = field(default_factory=Counts)
    signals: set[str] = field(default_factory=set)
    size_bytes: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    sent: Sent | None = None
    dropped: int | None = None
    first_ns: int = 0
    last_ns: int = 0
    lag_p50_ns: int | None = None  # from received to stored
    lag_p95_ns: int | None = None
    skew_ns: int | None = None  # its newest record's time less ours: above zero, its clock is ahead


@dataclass(slots=True, frozen=True)
class Reason:
    """Why records of one request were rejected: a word, and how many."""

    received_ns: int
    service: str
    reason: str
    count: int


@dataclass(slots=True, frozen=True)
class Ledger:
    """The answer; `flow` by the number of the bucket, which starts at its number times `step_ns`."""

    step_ns: int
    totals: Counts
    lag_ns: int | None
    senders: list[Sender]
    flow: dict[int, Counts]
    reasons: list[Reason]


def ledger(
    engine: Engine | None, project: str, window: Window, stored: int, waiting: Iterable[Delivery]
) -> Ledger:
    """The ledger of a project: at most `MAX_SENDERS` senders and `MAX_REASONS` reasons, the newest first.

    Without an engine, because it does not answer now, it holds what waits.
    """
    values: dict[str, object] = {"project": project, "stored": stored, "redrive": REDRIVE}
    values.update(window.values())
    coming = [
        one
        for one in waiting
        if one.project == project
        and one.protocol != REDRIVE
        and window.from_ns <= one.received_ns < window.to_ns
    ]
    step_ns = step_for(window)

    def ask(text: str, more: dict[str, object]) -> list[Row]:
        return [] if engine is None else engine.query(text, values | more)

    totals, flow, lag_ns = _flow(ask(_FLOW, {"step_ns": step_ns}))
    for one in coming:
        totals.add_waiting(one)
        flow.setdefault(one.received_ns // step_ns, Counts()).add_waiting(one)
    return Ledger(
        step_ns=step_ns,
        totals=totals,
        lag_ns=lag_ns,
        senders=_senders(ask(_SENDERS, {"limit": MAX_SENDERS}), coming),
        flow={bucket: flow.get(bucket, Counts()) for bucket in _buckets(window, step_ns)},
        reasons=_reasons(ask(_REASONS, {"limit": MAX_REASONS}), coming),
    )


def _buckets(window: Window, step_ns: int) -> range:
    return range(window.from_ns // step_ns, -(-window.to_ns // step_ns))


def _flow(rows: Sequence[Row]) -> tuple[Counts, dict[int, Counts], int | None]:
    totals, flow, lag_ns = Counts(), dict[int, Counts](), None
    for row in rows:
        if row["is_total"]:
            totals.add_stored(row)
            lag_ns = _whole(row["lag_ns"])
        else:
            flow.setdefault(row["bucket"], Counts()).add_stored(row)
    return totals, flow, lag_ns


def _senders(rows: Iterable[Row], coming: Sequence[Delivery]) -> list[Sender]:
    known = {_key_of(sender): sender for sender in map(_sender, rows)}
    for one in coming:
        key = (one.process, one.service, one.sender, one.protocol)
        sender = known.setdefault(key, Sender(*key, first_ns=one.received_ns))
        _add_waiting(sender, one)
    for numbered in _last_of_each_number(coming):
        key = (numbered.process, numbered.service, numbered.sender, numbered.protocol)
        _count_sent(known[key], numbered)
    return sorted(known.values(), key=lambda sender: -sender.last_ns)[:MAX_SENDERS]


def _key_of(sender: Sender) -> tuple[str, str, str, str]:
    return sender.process, sender.service, sender.sender, sender.protocol


def _sender(row: Row) -> Sender:
    p50_ns, p95_ns = map(_whole, row["lag_quantiles_ns"])
    sender = Sender(
        row["process"],
        row["service"],
        row["sender"],
        row["protocol"],
        signals=set(row["signals"]),
        size_bytes=row["size_bytes"],
        reasons=Counter(row["rejected"]),
        dropped=row["dropped"],
        first_ns=row["first_ns"],
        last_ns=row["last_ns"],
        lag_p50_ns=p50_ns,
        lag_p95_ns=p95_ns,
        skew_ns=row["skew_ns"],
    )
    if row["is_counting"]:
        sender.sent = Sent(
            row["sent_by_now"], row["sent_before"], row["arrived"], row["lost_requests"]
        )
    sender.counts.add_stored(row)
    return sender


def _add_waiting(sender: Sender, one: Delivery) -> None:
    sender.counts.add_waiting(one)
    sender.signals.add(one.signal)
    sender.size_bytes += one.size_bytes
    sender.reasons.update(one.rejected)
    sender.last_ns = max(sender.last_ns, one.received_ns)
    if one.client_dropped is not None:
        sender.dropped = max(sender.dropped or 0, one.client_dropped)
    if one.client_ns is not None:
        skew_ns = one.client_ns - one.received_ns
        sender.skew_ns = skew_ns if sender.skew_ns is None else max(sender.skew_ns, skew_ns)


def _last_of_each_number(coming: Iterable[Delivery]) -> Iterable[Delivery]:
    """A request that is repeated keeps its number; the last of them counts."""
    return {
        (one.process, one.client_seq): one
        for one in coming
        if one.client_seq is not None and one.client_sent is not None
    }.values()


def _count_sent(sender: Sender, one: Delivery) -> None:
    by_now = one.client_sent or 0
    if sender.sent is None:
        sender.sent = Sent(before=by_now - one.received)
    if by_now > sender.sent.by_now:  # else it is a repetition of one that the engine has
        sender.sent.by_now = by_now
        sender.sent.arrived += one.received


def _reasons(rows: Iterable[Row], coming: Sequence[Delivery]) -> list[Reason]:
    waiting = [
        Reason(one.received_ns, one.service, reason, count)
        for one in reversed(coming)
        for reason, count in one.rejected.items()
    ]
    stored = [
        Reason(row["received_ns"], row["service"], row["reason"], row["count"]) for row in rows
    ]
    return [*waiting, *stored][:MAX_REASONS]


def _whole(quantile: float) -> int | None:
    """The engine gives NaN for the quantile of nothing."""
    return None if isnan(quantile) else round(quantile)
