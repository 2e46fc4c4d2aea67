"""`GET /logs`, `/logs/counts` and `/logs/{id}`: log records, of everything or of one trace."""

from typing import Annotated, get_args

import orjson
from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, JsonValue

from clearspan_server.api.access import ReadAccess, read_access
from clearspan_server.api.encode import as_json
from clearspan_server.api.narrowing import FilterQuery
from clearspan_server.api.shapes_logs import (
    LogCounts,
    LogDetail,
    LogList,
    LogRow,
    Severity,
    SpanLogs,
)
from clearspan_server.api.stillness import Still
from clearspan_server.api.window import ScopeQuery, rfc3339, window
from clearspan_server.query.logs import LogQuestion, count_logs, list_logs, log_id, read_log
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Row

router = APIRouter(prefix="/api/v1", tags=["logs"])

_SEVERITIES: tuple[Severity, ...] = get_args(Severity)  # in the order of levels
_ID = r"^[0-9a-f]*$"


class LogQuery(FilterQuery):
    """A page of log records; of a trace or a span without a window all that there are."""

    trace_id: str = Field(default="", max_length=32, pattern=_ID)
    span_id: str = Field(default="", max_length=16, pattern=_ID)
    limit: int = Field(default=100, ge=1, le=500)
    cursor: str = Field(default="", description="`next_cursor` of the page before.")


class TraceLogsQuery(ScopeQuery):
    """The trace whose log records are counted."""

    trace_id: str = Field(min_length=1, max_length=32, pattern=_ID)


@router.get("/logs", response_model=LogList)
def get_logs(
    asked: Annotated[LogQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
    still: Still,
) -> Response:
    """A page of log records, the newest first.

    A term of the filter asks the record where that has the field, else its trace, or one span of that.
    """
    framed = window(asked)
    if asked.trace_id and asked.since is None:
        framed = Window(0, framed.to_ns)
    question = LogQuestion(asked.filter, asked.trace_id, asked.span_id, asked.limit, asked.cursor)
    page = list_logs(access.engine, access.project, framed, question, still)
    rows = [LogRow.model_validate(_listed(row)) for row in page.rows]
    return as_json(LogList(logs=rows, next_cursor=page.next_cursor))


@router.get("/logs/counts")
def get_log_counts(
    asked: Annotated[TraceLogsQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> LogCounts:
    """How many log records a trace has, by the span that they name, and the highest severity of each."""
    rows = count_logs(access.engine, access.project, asked.trace_id)
    spans = [
        SpanLogs(span_id=row["span_id"], logs=row["logs"], severity=_SEVERITIES[row["level"]])
        for row in rows
    ]
    return LogCounts(logs=sum(span.logs for span in spans), spans=spans)


@router.get("/logs/{record}", response_model=LogDetail)
def get_log(
    record: str,
    _asked: Annotated[ScopeQuery, Query()],
    access: Annotated[ReadAccess, Depends(read_access)],
) -> Response:
    """One log record with its whole body, its attributes and those of its process."""
    row = read_log(access.engine, access.project, record)
    body = _opened(row["body"])
    told = {
        "message": body if isinstance(body, str) else row["body"],
        "body": body,
        "attributes": {key: _opened(value) for key, value in row["attributes"].items()},
        "resource": {key: _opened(value) for key, value in row["resource"].items()},
        "observed": rfc3339(row["observed_ns"]) if row["observed_ns"] else None,
        "received": rfc3339(row["received_ns"]),
        "logger_version": row["scope_version"],
    }
    plain = {name: row[name] for name in ("sender", "process", "truncated", "redactions")}
    return as_json(LogDetail.model_validate(_listed(row | told) | told | plain))


def _listed(row: Row) -> Row:
    """The fields of a `LogRow`."""
    return {
        "id": log_id(row),
        "time": rfc3339(row["time_ns"]),
        "severity": _SEVERITIES[row["level"]],
        "severity_text": row["severity_text"],
        "event_name": row["event_name"],
        "message": row["message"],
        "service": row["service"],
        "environment": row["environment"],
        "logger": row["scope_name"],
        "trace_id": row["trace_id"],
        "span_id": row["span_id"],
    }


def _opened(text: str) -> JsonValue:
    """The value of JSON text; of one that was cut, and is none any more, its text."""
    try:
        value: JsonValue = orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        return text
    return value
