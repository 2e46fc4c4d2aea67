"""The JSON of the ledger, the quarantine and the whereabouts of a trace; rules as in `api/shapes.py`."""

from pydantic import JsonValue

from clearspan_server.api.shapes import Shape


class Counts(Shape):
    """Records: `received` = `stored` + `duplicates` + `rejected` + `quarantined` + `waiting` (in the journal)."""

    requests: int
    received: int
    stored: int
    duplicates: int
    rejected: int
    quarantined: int
    waiting: int


class DeliveryTotals(Counts):
    """`lag_s` from being received to being stored (95 of 100 requests); `dropped` by the senders' own counts."""

    dropped: int
    lag_s: float | None


class Sender(Counts):
    """One process of a service, by what it sends with. What only our SDK counts is null for others.

    `missing` = `sent` − what arrived of it; `lost_requests` are numbers of requests that never came. `skew_s` is the
    sender's clock against this server's; above zero it is ahead.
    """

    process: str
    service: str
    sender: str
    protocol: str
    signals: list[str]
    size_bytes: int
    reasons: dict[str, int]
    sent: int | None
    dropped: int | None
    missing: int | None
    lost_requests: int | None
    first: str
    last: str
    silent_s: float
    lag_s: float | None
    lag_p50_s: float | None
    skew_s: float | None


class FlowPoint(Counts):
    """One step of the window."""

    start: str


class RejectedReason(Shape):
    """Why records of one request were rejected."""

    time: str
    service: str
    reason: str
    count: int


class JournalState(Shape):
    """What waits for the engine, of all projects; `put_off` requests were asked since the start to come again."""

    entries: int
    bytes: int
    bound_bytes: int
    oldest_age_s: float | None
    put_off: int
    last_put_off: str | None


class WriterState(Shape):
    """`trouble` is why the last batch was not stored; "" when it was."""

    trouble: str
    lag_s: float | None


class EngineState(Shape):
    """`state` is ok, or what is wrong."""

    state: str
    version: str


class Deliveries(Shape):
    """The ledger of a window, and the state of the way in."""

    start: str
    end: str
    step_ns: int
    totals: DeliveryTotals
    senders: list[Sender]
    flow: list[FlowPoint]
    journal: JournalState
    writer: WriterState
    engine: EngineState
    last_reasons: list[RejectedReason]


class QuarantineRow(Shape):
    """A row that the engine refused, without its contents."""

    id: int
    time: str
    kind: str
    service: str
    process: str
    name: str
    trace_id: str
    span_id: str
    received: str
    size_bytes: int
    reason: str


class QuarantineList(Shape):
    """The newest rows; `total` is how many there are."""

    rows: list[QuarantineRow]
    total: int


class QuarantineDetail(QuarantineRow):
    """With its contents as they were to be stored: redacted, each column by its name."""

    record: dict[str, JsonValue]


class QuarantineRequest(Shape):
    """What to act on; null means everything in the project's quarantine, at most 1 000 rows at once."""

    project: str = ""
    ids: list[int] | None = None


class QuarantineOutcome(Shape):
    """How many rows left the quarantine, and how many the engine refused again."""

    done: int
    refused: int


class WaitingEntry(Shape):
    """Spans of a trace in an entry of the journal that is not stored yet."""

    seq: int
    kind: str
    spans: int
    received: str


class TraceProjects(Shape):
    """The projects that hold anything of one trace."""

    projects: list[str]


class Whereabouts(Shape):
    """Where a trace is: what waits, what is stored, what was refused, and by whom it came."""

    trace_id: str
    engine: str
    state: str
    listed: bool
    spans: int
    open_spans: int
    missing_parents: int
    parts: dict[str, int]
    first_received: str | None
    last_received: str | None
    processes: list[str]
    services: list[str]
    waiting: list[WaitingEntry]
    quarantined: list[QuarantineRow]
    rejected_nearby: list[RejectedReason]
