"""The figures of calls that this server made itself, as JSON."""

from collections.abc import Mapping

from clearspan_server.api.encode import money_or_none
from clearspan_server.api.shapes_chat import CallFigures, CallTotals
from clearspan_server.query.calls import totals_of
from clearspan_server.store.engine import Row


def figures_of(row: Row) -> CallFigures:
    """What was recorded of one call."""
    return CallFigures(
        trace_id=row["trace_id"],
        span_id=row["span_id"],
        status=row["status"],
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        total_cost=money_or_none(row["total_cost"]),
        duration_ns=row["duration_ns"],
        first_token_ns=row["ttft_ns"],
        is_estimated=row["usage_source"] == "estimated",
    )


def sums_of(rows: Mapping[str, Row]) -> CallTotals:
    """What several calls add up to."""
    found = totals_of(list(rows.values()))
    return CallTotals(
        requests=found.requests,
        errors=found.errors,
        cancelled=found.cancelled,
        input_tokens=found.input_tokens,
        output_tokens=found.output_tokens,
        total_cost=money_or_none(found.total_cost),
        latency_p50_ns=found.latency_p50_ns,
        latency_p95_ns=found.latency_p95_ns,
    )
