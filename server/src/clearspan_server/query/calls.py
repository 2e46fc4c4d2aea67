"""Calls of models that this server made itself, by their traces: tokens, cost and latency as they were recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import quantiles

from clearspan_server.query import SQL
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

_FIGURES = statement(SQL, "call_figures")
_FAILED = ("error", "crashed")


@dataclass(slots=True, frozen=True)
class Totals:
    """Sums and latencies of several calls; None where nothing is known."""

    requests: int
    errors: int
    cancelled: int
    input_tokens: int | None
    output_tokens: int | None
    total_cost: Decimal | None
    latency_p50_ns: int | None
    latency_p95_ns: int | None


def read_calls(engine: Engine, project: str, trace_ids: Sequence[str]) -> dict[str, Row]:
    """The call of each trace, by the trace's id, as far as they are recorded."""
    wanted = sorted({one for one in trace_ids if one})
    if not wanted:
        return {}
    values = {"project": project, "trace_ids": wanted, "limit": len(wanted)}
    return {row["trace_id"]: row for row in engine.query(_FIGURES, values)}


def totals_of(rows: Sequence[Row]) -> Totals:
    """What the calls add up to; percentiles are interpolated, those of one call its own duration."""
    durations = sorted(row["duration_ns"] for row in rows if row["duration_ns"] is not None)
    costs = [row["total_cost"] for row in rows if row["total_cost"] is not None]
    return Totals(
        requests=len(rows),
        errors=sum(row["status"] in _FAILED for row in rows),
        cancelled=sum(row["status"] == "cancelled" for row in rows),
        input_tokens=_sum(rows, "input_tokens"),
        output_tokens=_sum(rows, "output_tokens"),
        total_cost=sum(costs, Decimal()) if costs else None,
        latency_p50_ns=_percentile(durations, 50),
        latency_p95_ns=_percentile(durations, 95),
    )


def _sum(rows: Sequence[Row], column: str) -> int | None:
    known = [row[column] for row in rows if row[column] is not None]
    return sum(known) if known else None


def _percentile(values: Sequence[int], percent: int) -> int | None:
    if len(values) < 2:
        return values[0] if values else None
    return round(quantiles(values, n=100, method="inclusive")[percent - 1])
