"""The totals of one trace from its spans: what store/schema/traces_derive.sql says, in Python.

They are computed wherever a trace is opened, so that its page is right before the table is.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from clearspan_server.store.engine import Row

_MODEL_KINDS = ("llm", "embedding")
_SAID_ONCE = ("environment", "release", "user_id", "session_id", "feature", "input_preview")
_SUMMED = ("input_tokens", "output_tokens", "total_tokens", "total_cost")


def summarise(spans: Sequence[Row]) -> Row:
    """The columns of the table `traces` for one trace; `spans` in order of start, at least one.

    The root, the first span without a parent, names the trace; else the first whose parent is in another process;
    else the first span, and then the trace is open.
    What it does not say (user, session, error …) the first span that does says. Tokens and cost are sums over
    counted spans that have usage.
    """
    root = min(spans, key=_rank)
    status = "open" if _rank(root) == _NO_ROOT else root["status"]
    ranked = [root, *spans]
    failed = next((span for span in ranked if span["status"] == "error"), None)
    calls = [span for span in spans if span["kind"] in _MODEL_KINDS]
    paying = [span for span in spans if _pays(span)]
    return {
        "trace_id": root["trace_id"],
        "name": root["name"],
        "kind": root["kind"],
        "status": status,
        "state": _state(spans, status),
        "start_ns": min(span["start_ns"] for span in spans),
        "end_ns": None if status in ("open", "crashed") else _last_end_ns(spans),
        "error_type": failed["error_type"] if failed else "",
        "error_message": failed["error_message"] if failed else "",
        "services": _distinct(span["service"] for span in spans),
        "tags": _distinct(tag for span in spans for tag in span["tags"]),
        "providers": _distinct(span["provider"] for span in calls),
        "models": _distinct(span["response_model"] or span["request_model"] for span in calls),
        **{column: _first(ranked, column) for column in _SAID_ONCE},
        "sample_weight": root["sample_weight"],
        "output_preview": root["output_preview"] or _last_output(spans),
        "span_count": len(spans),
        "error_count": _count(spans, "status", "error"),
        "open_count": _count(spans, "status", "open"),
        "llm_count": sum(span["kind"] == "llm" and bool(span["counted"]) for span in spans),
        "tool_count": _count(spans, "kind", "tool"),
        **{column: _total(paying, column) for column in _SUMMED},
        "unpriced_count": sum(span["total_cost"] is None for span in paying),
        "received_ns": max(span["received_ns"] for span in spans),
        "processes": _distinct(span["process"] for span in spans if span["status"] == "open"),
    }


def _state(spans: Sequence[Row], status: str) -> str:
    if status not in ("open", "crashed"):
        return "ended"
    is_left = _count(spans, "status", "open") == 0 and _count(spans, "status", "crashed") > 0
    return "crashed" if status == "crashed" or is_left else "open"


_NO_ROOT = 2


def _rank(span: Row) -> int:
    """A root, then a span whose parent is in another process, then any other."""
    if not span["parent_id"]:
        return 0
    return 1 if span["parent_remote"] else _NO_ROOT


def _pays(span: Row) -> bool:
    has_usage = span["input_tokens"] is not None or span["output_tokens"] is not None
    return bool(span["counted"] and has_usage)


def _last_end_ns(spans: Iterable[Row]) -> int | None:
    return max((span["end_ns"] for span in spans if span["end_ns"] is not None), default=None)


def _last_output(spans: Sequence[Row]) -> str:
    speaking = [span for span in spans if span["output_preview"]]
    last = max(speaking, key=lambda span: span["end_ns"] or 0, default=None)
    return last["output_preview"] if last else ""


def _count(spans: Iterable[Row], column: str, value: str) -> int:
    return sum(span[column] == value for span in spans)


def _first(spans: Iterable[Row], column: str) -> str:
    return next((span[column] for span in spans if span[column]), "")


def _distinct(values: Iterable[str]) -> list[str]:
    return sorted({value for value in values if value})


def _total(spans: Iterable[Row], column: str) -> int | Decimal | None:
    """The sum of what is known; None where nothing is."""
    known = [span[column] for span in spans if span[column] is not None]
    return sum(known) if known else None
