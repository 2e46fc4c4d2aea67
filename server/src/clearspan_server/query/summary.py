"""The totals of one trace from its spans: what store/schema/traces_derive.sql says, over columns in memory.

They are computed wherever a trace is opened, so that its page is right before the table is.
"""

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from clearspan_server.store.engine import Row

_MODEL_KINDS = pa.array(["llm", "embedding"])
_SAID_ONCE = ("environment", "release", "user_id", "session_id", "feature", "input_preview")
_OF_CALLS = ("provider", "request_model", "response_model")
_SUMMED = ("input_tokens", "output_tokens", "total_tokens", "total_cost")


def summarise(spans: pa.Table) -> Row:
    """The columns of the table `traces` for one trace, without its id; `spans` in order of start, at least one.

    The root, the first span without a parent, names the trace; else the first whose parent is in another process;
    else the first span, and then the trace is open.
    What it does not say (user, session, error …) the first span that does says; the output the last one, but of a root
    that failed nobody: what it had in hand then is no answer. Tokens and cost are sums over counted spans that have
    usage.
    """
    at = root_at(spans)
    root: Row = spans.slice(at or 0, 1).to_pylist()[0]
    status = "open" if at is None else root["status"]
    counts = _counts(spans["status"])
    failed_at = pc.index(spans["status"], "error").as_py()
    failed = root if root["status"] == "error" else _row(spans, failed_at)
    # Of a filtered table every column is copied: only those that are looked at.
    calls = spans.select(_OF_CALLS).filter(pc.is_in(spans["kind"], _MODEL_KINDS))
    paying = spans.select(_SUMMED).filter(_pays(spans))
    has_end = status not in ("open", "crashed")
    return {
        "name": root["name"],
        "kind": root["kind"],
        "status": status,
        "state": _state(counts, status),
        "start_ns": pc.min(spans["start_ns"]).as_py(),
        "end_ns": pc.max(spans["end_ns"]).as_py() if has_end else None,
        "error_type": failed.get("error_type", ""),
        "error_message": failed.get("error_message", ""),
        "services": _distinct(spans["service"]),
        "tags": _distinct(pc.list_flatten(spans["tags"])),
        "providers": _distinct(calls["provider"]),
        "models": _distinct(_models(calls)),
        **{name: root[name] or _first_said(spans[name]) for name in _SAID_ONCE},
        "sample_weight": root["sample_weight"],
        "output_preview": root["output_preview"]
        or ("" if status == "error" else _last_output(spans["output_preview"], spans["end_ns"])),
        "span_count": len(spans),
        "error_count": counts.get("error", 0),
        "open_count": counts.get("open", 0),
        "llm_count": pc.sum(pc.and_(pc.equal(spans["kind"], "llm"), spans["counted"])).as_py(),
        "tool_count": pc.sum(pc.equal(spans["kind"], "tool")).as_py(),
        **{name: _total(paying[name]) for name in _SUMMED},
        "unpriced_count": paying["total_cost"].null_count,
        "received_ns": pc.max(spans["received_ns"]).as_py(),
        "processes": _distinct(spans["process"].filter(pc.equal(spans["status"], "open"))),
    }


def root_at(spans: pa.Table) -> int | None:
    """Where the first root is, else the first span whose parent is in another process; None without either."""
    for is_such in (pc.equal(spans["parent_id"], ""), spans["parent_remote"]):
        at: int = pc.index(is_such, True).as_py()
        if at >= 0:
            return at
    return None


def _state(counts: dict[str, int], status: str) -> str:
    if status not in ("open", "crashed"):
        return "ended"
    is_left = "open" not in counts and "crashed" in counts
    return "crashed" if status == "crashed" or is_left else "open"


def _pays(spans: pa.Table) -> pa.ChunkedArray:
    has_usage = pc.or_(pc.is_valid(spans["input_tokens"]), pc.is_valid(spans["output_tokens"]))
    return pc.and_(spans["counted"], has_usage)


def _models(calls: pa.Table) -> pa.ChunkedArray:
    has_answered = pc.not_equal(calls["response_model"], "")
    return pc.if_else(has_answered, calls["response_model"], calls["request_model"])


def _last_output(outputs: pa.ChunkedArray, end_ns: pa.ChunkedArray) -> str:
    at = last_at(pc.not_equal(outputs, ""), end_ns)
    return str(outputs[at].as_py()) if at >= 0 else ""


def last_at(speaking: pa.ChunkedArray, end_ns: pa.ChunkedArray) -> int:
    """Where the one that ended last among the `speaking` is; -1 without any."""
    ends_ns = pc.if_else(speaking, pc.fill_null(end_ns, 0), None)
    at: int = pc.index(ends_ns, pc.max(ends_ns)).as_py() if pc.any(speaking).as_py() else -1
    return at


def _row(spans: pa.Table, at: int) -> Row:
    return spans.slice(at, 1).to_pylist()[0] if at >= 0 else {}


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    return {one["values"]: one["counts"] for one in pc.value_counts(column).to_pylist()}


def _first_said(column: pa.ChunkedArray) -> str:
    at = pc.index(pc.not_equal(column, ""), True).as_py()
    return column[at].as_py() if at >= 0 else ""


def _distinct(column: pa.ChunkedArray) -> list[str]:
    return sorted(filter(None, pc.unique(column).to_pylist()))


def _total(column: pa.ChunkedArray) -> int | Decimal | None:
    """The sum of what is known; None where nothing is."""
    total: int | Decimal | None = pc.sum(column).as_py()
    return total
