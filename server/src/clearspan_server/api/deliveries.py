"""`GET /deliveries`, the ledger: what was received, by whom, and what became of it."""

import time
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.pulse import engine_state, journal_state, writer_lag_s
from clearspan_server.api.shapes_delivery import (
    Deliveries,
    DeliveryTotals,
    FlowPoint,
    RejectedReason,
    Sender,
    WriterState,
)
from clearspan_server.api.state import State, state_of
from clearspan_server.api.window import WindowQuery, rfc3339, window
from clearspan_server.query import deliveries

router = APIRouter(prefix="/api/v1", tags=["deliveries"])

_SECOND_NS = 1_000_000_000


@router.get("/deliveries")
def get_deliveries(
    request: Request,
    asked: Annotated[WindowQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Deliveries:
    """What was received in the window and what became of it, by sender, by time and by reason; default the last day.

    Counted by when it was received, on this server's clock. The states of journal, writer and engine are of now;
    while the engine does not answer, only what waits for it is counted.
    """
    server = state_of(request)
    frame = window(asked)
    stored, waiting = server.waiting.look()
    state = engine_state(server)
    engine = access.engine if state.state == "ok" else None
    found = deliveries.ledger(engine, access.project, frame, stored, waiting)
    dropped = sum(sender.dropped or 0 for sender in found.senders)
    return Deliveries(
        start=rfc3339(frame.from_ns),
        end=rfc3339(frame.to_ns),
        step_ns=found.step_ns,
        totals=DeliveryTotals(
            **asdict(found.totals), dropped=dropped, lag_s=_seconds(found.lag_ns)
        ),
        senders=[_sender(one, time.time_ns()) for one in found.senders],
        flow=[
            FlowPoint(start=rfc3339(bucket * found.step_ns), **asdict(counts))
            for bucket, counts in found.flow.items()
        ],
        journal=journal_state(server),
        writer=_writer(server),
        engine=state,
        last_reasons=[reason_row(one) for one in found.reasons],
    )


def reason_row(reason: deliveries.Reason) -> RejectedReason:
    """A reason as JSON."""
    return RejectedReason(
        time=rfc3339(reason.received_ns),
        service=reason.service,
        reason=reason.reason,
        count=reason.count,
    )


def _writer(server: State) -> WriterState:
    return WriterState(trouble=server.writer.trouble, lag_s=writer_lag_s(server))


def _sender(one: deliveries.Sender, now_ns: int) -> Sender:
    sent = one.sent
    return Sender(
        process=one.process,
        service=one.service,
        sender=one.sender,
        protocol=one.protocol,
        signals=sorted(one.signals),
        size_bytes=one.size_bytes,
        reasons=dict(one.reasons),
        sent=None if sent is None else sent.in_window,
        dropped=one.dropped,
        missing=None if sent is None else sent.in_window - sent.arrived,
        lost_requests=None if sent is None else sent.lost_requests,
        first=rfc3339(one.first_ns),
        last=rfc3339(one.last_ns),
        silent_s=max(0.0, (now_ns - one.last_ns) / _SECOND_NS),
        lag_s=_seconds(one.lag_p95_ns),
        lag_p50_s=_seconds(one.lag_p50_ns),
        skew_s=_seconds(one.skew_ns),
        **asdict(one.counts),
    )


def _seconds(span_ns: int | None) -> float | None:
    return None if span_ns is None else span_ns / _SECOND_NS
