"""The columns of the lists."""

from collections.abc import Mapping

from clearspan_server.cli.columns import (
    Column,
    Row,
    name_style,
    name_text,
    status_style,
    status_text,
)
from clearspan_server.cli.figures import ago, clock, count, duration, flow, money
from clearspan_server.cli.sparkline import sparkline

RED = "#e5484d"


def _severity(row: Row) -> str:
    return str(row["severity"] or row["severity_text"])


def _message(row: Row) -> str:
    return str(row["message"] or row["event_name"])


def _dim(_: Row) -> str:
    return "dim"


def _red_where_any(row: Row) -> str:
    return RED if row["errors"] else ""


def _error(row: Row) -> str:
    """The last part of a dotted name, for its package says less; of an error without a type its message."""
    return str(row["error_type"].rpartition(".")[2] or row["message"])


def _model(row: Row) -> str:
    return str(row["response_model"] or row["request_model"])


_DURATION = Column("took", lambda row: duration(row["duration_ns"]), right=True)
_COST = Column("cost", lambda row: money(row["total_cost"]), right=True)
_TOKENS = Column(
    "tokens", lambda row: flow(row["input_tokens"], row["output_tokens"]), right=True, rank=2
)
_STARTED = Column("ago", lambda row: ago(row["start"]), right=True, style=_dim)
_NAME = Column("name", name_text, least=8, style=name_style)
_STATUS = Column("status", status_text, style=status_style)
_TRACE = Column("trace", lambda row: row["trace_id"])
_USER = Column("user", lambda row: row["user_id"], least=8, rank=5, style=_dim)
_INPUT = Column("input", lambda row: row["input_preview"], least=16, rank=6, style=_dim)
_OUTPUT = Column("output", lambda row: row["output_preview"], least=16, rank=7, style=_dim)
_TRACES = Column("traces", lambda row: count(row["traces"]), right=True)
_ERRORS = Column(
    "errors", lambda row: count(row["errors"]) if row["errors"] else "", True, style=_red_where_any
)
_LAST = Column("ago", lambda row: ago(row["last_seen"]), right=True, style=_dim)

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "traces": (
        _TRACE,
        _STARTED,
        _NAME,
        _DURATION,
        _COST,
        _STATUS,
        _TOKENS,
        Column("spans", lambda row: count(row["span_count"]), right=True, rank=3),
        _USER,
        _INPUT,
        Column("error", lambda row: row["error_message"], least=16, rank=7, style=status_style),
        _OUTPUT,
    ),
    "spans": (
        _TRACE,
        Column("span", lambda row: row["span_id"], rank=3),
        _STARTED,
        _NAME,
        _DURATION,
        _COST,
        _STATUS,
        _TOKENS,
        Column("model", _model, least=10, rank=4),
        _INPUT,
    ),
    "sessions": (
        Column("session", lambda row: row["session_id"], least=30),
        _LAST,
        _TRACES,
        _ERRORS,
        _COST,
        _TOKENS,
        Column("user", lambda row: row["user_id"], least=8, rank=1),
        Column("spans", lambda row: count(row["spans"]), right=True, rank=4),
        _INPUT,
        _OUTPUT,
    ),
    "users": (
        Column("user", lambda row: row["user_id"], least=24),
        _LAST,
        Column("sessions", lambda row: count(row["sessions"]), right=True),
        _TRACES,
        _ERRORS,
        _COST,
        _TOKENS,
        Column("models", lambda row: ", ".join(row["models"]), least=12, rank=6, style=_dim),
        Column("services", lambda row: ", ".join(row["services"]), least=8, rank=7, style=_dim),
    ),
    "failures": (
        Column("count", lambda row: count(row["count"]), right=True),
        _LAST,
        _NAME,
        Column("error", _error, least=10, style=lambda _: RED),
        Column("an example", lambda row: row["example"]["trace_id"]),
        Column("users", lambda row: count(row["users"]), right=True, rank=5),
        Column(
            "when", lambda row: sparkline([value or None for value in row["sparkline"]]), rank=6
        ),
        Column("says", lambda row: row["message"], least=16, rank=4),
    ),
}

_SEVERITIES = {"warn": "#c98a1b", "error": RED, "fatal": RED, "trace": "dim", "debug": "dim"}

LOGS: tuple[Column, ...] = (
    Column("time", lambda row: clock(row["time"]), style=_dim),
    Column("severity", _severity, style=lambda row: _SEVERITIES.get(row["severity"], "")),
    Column("message", _message, least=24),
    Column("service", lambda row: row["service"], least=8, rank=2, style=_dim),
    Column("logger", lambda row: row["logger"], least=8, rank=4, style=_dim),
    Column("trace", lambda row: row["trace_id"], rank=3, style=_dim),
)
