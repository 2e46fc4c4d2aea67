"""`/quarantine`: rows that the engine refused, each with its reason; re-drive them or give them up."""

import io
import math
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import pyarrow as pa
from fastapi import APIRouter, Depends, Query, Request
from pydantic import JsonValue

from clearspan_server.api.access import ReadAccess, read_access, written_project
from clearspan_server.api.shapes_delivery import (
    QuarantineDetail,
    QuarantineList,
    QuarantineOutcome,
    QuarantineRequest,
    QuarantineRow,
)
from clearspan_server.api.state import state_of
from clearspan_server.api.window import ScopeQuery, rfc3339
from clearspan_server.errors import NotFound
from clearspan_server.ingest import redrive as driver
from clearspan_server.store.quarantine import Quarantine, Quarantined

router = APIRouter(prefix="/api/v1/quarantine", tags=["deliveries"])

_LISTED = 200


@router.get("")
def list_quarantine(
    request: Request,
    asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> QuarantineList:
    """The newest 200 rows of the project, without their contents."""
    del asked
    quarantine = state_of(request).quarantine
    rows = quarantine.waiting(access.project, limit=_LISTED)
    return QuarantineList(
        rows=[quarantine_row(row) for row in rows], total=quarantine.count(access.project)
    )


@router.get("/{row_id}")
def get_quarantined(
    request: Request,
    row_id: int,
    asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> QuarantineDetail:
    """One row with its contents, redacted as they were to be stored."""
    del asked
    found = state_of(request).quarantine.find(access.project, [row_id])
    if not found:
        raise NotFound(f"no row {row_id} is in the quarantine of project {access.project!r}")
    return QuarantineDetail(
        **quarantine_row(found[0]).model_dump(), record=_record(found[0].row.data)
    )


@router.post("/redrive")
def redrive(request: Request, asked: QuarantineRequest) -> QuarantineOutcome:
    """Give rows to the engine again; what it refuses once more stays, with the reason."""
    server = state_of(request)
    project = written_project(request, asked.project)
    rows = _chosen(server.quarantine, asked, project)
    outcome = driver.redrive(server.journal, server.quarantine, server.engine, rows)
    return QuarantineOutcome(done=outcome.done, refused=outcome.refused)


@router.post("/discard")
def discard(request: Request, asked: QuarantineRequest) -> QuarantineOutcome:
    """Give rows up for good; they count as rejected from then on, with the reason `discarded`."""
    server = state_of(request)
    project = written_project(request, asked.project)
    rows = _chosen(server.quarantine, asked, project)
    outcome = driver.discard(server.quarantine, server.engine, rows)
    return QuarantineOutcome(done=outcome.done, refused=outcome.refused)


def quarantine_row(found: Quarantined) -> QuarantineRow:
    """A row without its contents."""
    row = found.row
    return QuarantineRow(
        id=found.id,
        time=rfc3339(row.quarantined_ns),
        kind=row.kind,
        service=row.service,
        process=row.process,
        name=row.name,
        trace_id=row.trace_id,
        span_id=row.span_id,
        received=rfc3339(row.received_ns),
        size_bytes=len(row.data),
        reason=row.reason,
    )


def _chosen(quarantine: Quarantine, asked: QuarantineRequest, project: str) -> list[Quarantined]:
    if asked.ids is None:
        return quarantine.waiting(project, limit=driver.MAX_ROWS)
    return quarantine.find(project, asked.ids[: driver.MAX_ROWS])


def _record(data: bytes) -> dict[str, JsonValue]:
    """The row as JSON; nothing of an entry that is here because it cannot be read."""
    try:
        with pa.ipc.open_stream(io.BytesIO(data)) as stream:
            rows = stream.read_all().to_pylist()
    except pa.ArrowException:
        return {}
    return {name: _plain(value) for name, value in rows[0].items()} if rows else {}


def _plain(value: object) -> JsonValue:
    """A value of Arrow as JSON; what JSON has no word for becomes text."""
    match value:
        case None | bool() | str() | int():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case bytes():
            return value.hex()
        case Decimal():
            return format(value, "f")
        case datetime() | date():
            return value.isoformat()
        case list() | tuple():
            return [_plain(one) for one in value]
        case dict():
            return {str(name): _plain(one) for name, one in value.items()}
        case _:
            return str(value)
