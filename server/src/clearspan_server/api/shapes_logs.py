"""The JSON of log records."""

from collections.abc import Mapping
from typing import Literal

from pydantic import JsonValue

from clearspan_server.api.shapes import Shape

# Of OTLP's 24 numbers the name of each four; "" where none was sent.
Severity = Literal["", "trace", "debug", "info", "warn", "error", "fatal"]


class LogRow(Shape):
    """A log record in a list; `message` is the first 1000 characters of its body."""

    id: str
    time: str
    severity: Severity
    severity_text: str  # as sent
    event_name: str
    message: str
    service: str
    environment: str
    logger: str
    trace_id: str
    span_id: str


class LogList(Shape):
    """A page of log records, the newest first."""

    logs: list[LogRow]
    next_cursor: str | None


class LogDetail(LogRow):
    """A log record, whole."""

    body: JsonValue
    attributes: Mapping[str, JsonValue]
    resource: Mapping[str, JsonValue]
    observed: str | None
    received: str
    logger_version: str
    sender: str
    process: str
    truncated: list[str]
    redactions: Mapping[str, int]


class SpanLogs(Shape):
    """How many log records a span has; `span_id` is empty for those that name the trace alone."""

    span_id: str
    logs: int
    severity: Severity  # the highest


class LogCounts(Shape):
    """How many log records a trace has, and which of its spans."""

    logs: int
    spans: list[SpanLogs]
