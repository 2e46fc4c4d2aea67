"""Every figure of Overview and Cost in plain Python, from the rows that the lists of spans and traces give."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

Row = dict[str, Any]

CALL_KINDS = ("llm", "embedding")
DIMENSIONS: dict[str, Callable[[Row], tuple[str, str]]] = {
    "model": lambda row: (row["response_model"] or row["request_model"], row["provider"]),
    "provider": lambda row: (row["provider"], ""),
    "feature": lambda row: (row["feature"], ""),
    "customer": lambda row: (row["customer_id"], ""),
    "user": lambda row: (row["user_id"], ""),
    "prompt": lambda row: (row["prompt_name"], row["prompt_version"]),
    "environment": lambda row: (row["environment"], ""),
    "release": lambda row: (row["release"], ""),
    "service": lambda row: (row["service"], ""),
}


@dataclass(slots=True, frozen=True)
class Rows:
    """The exported rows of a project, and the classes of what its spans cost, by trace and span."""

    spans: list[Row]
    traces: list[Row]
    classes: dict[tuple[str, str], dict[str, str]]

    def between(self, from_ns: int, to_ns: int) -> "Rows":
        """Those that start in a stretch of time."""

        def within(rows: Iterable[Row]) -> list[Row]:
            return [row for row in rows if from_ns <= start_ns(row) < to_ns]

        return Rows(within(self.spans), within(self.traces), self.classes)


def start_ns(row: Row) -> int:
    """Nanoseconds since the epoch of a row's start."""
    clock, fraction = row["start"].removesuffix("Z").split(".")
    return int(datetime.fromisoformat(f"{clock}+00:00").timestamp()) * 10**9 + int(fraction)


def totals(rows: Rows) -> Row:
    """The figures of `api.shapes_overview.Totals`, money as Decimal and quantiles as the numbers they are of."""
    counted = [row for row in rows.spans if row["counted"]]
    calls = [row for row in counted if row["kind"] in CALL_KINDS]
    latencies = [row["duration_ns"] for row in rows.traces if row["duration_ns"] is not None]
    firsts = [row["ttft_ns"] for row in calls if row["ttft_ns"] is not None]
    written = [row for row in calls if row["end"] and row["output_tokens"] is not None]
    seconds = sum(row["duration_ns"] * row["sample_weight"] for row in written) / 1e9
    tokens = sum(row["output_tokens"] * row["sample_weight"] for row in written)
    found: Row = {
        "traces": weight(rows.traces),
        "spans": sum(row["span_count"] * row["sample_weight"] for row in rows.traces),
        "errors": weight(row for row in rows.traces if row["status"] in ("error", "crashed")),
        "cancelled": weight(row for row in rows.traces if row["status"] == "cancelled"),
        "latency_avg_ns": sum(latencies) // len(latencies) if latencies else None,
        "calls": weight(calls),
        "retries": weight(row for row in calls if (row["attempt"] or 1) > 1 or row["retry_of"]),
        "timeouts": weight(row for row in calls if row["error_class"] == "timeout"),
        "refusals": weight(row for row in calls if row["finish_reason"] == "refusal"),
        "filtered": weight(
            row for row in calls if "content_filter" in (row["finish_reason"], row["error_class"])
        ),
        "output_per_s": tokens / seconds if seconds else None,
        "cost": money(counted),
        "unpriced_calls": weight(row for row in counted if is_used(row) and not row["total_cost"]),
        "estimated": any(row["sample_weight"] != 1 for row in (*rows.traces, *counted)),
        **used_tokens(counted),
    }
    for rate, part, whole in (
        ("error_rate", "errors", "traces"),
        ("cancel_rate", "cancelled", "traces"),
        ("retry_rate", "retries", "calls"),
        ("timeout_rate", "timeouts", "calls"),
        ("refusal_rate", "refusals", "calls"),
        ("filter_rate", "filtered", "calls"),
    ):
        found[rate] = found[part] / found[whole] if found[whole] else None
    for name, level, values in (
        ("latency_p50_ns", 0.5, latencies),
        ("latency_p95_ns", 0.95, latencies),
        ("latency_p99_ns", 0.99, latencies),
        ("ttft_p50_ns", 0.5, firsts),
        ("ttft_p95_ns", 0.95, firsts),
    ):
        found[name] = Quantile(level, sorted(values)) if values else None
    return found


@dataclass(slots=True, frozen=True)
class Quantile:
    """A level of sorted values: exactly one of them, or what a sketch may say instead."""

    level: float
    values: list[int]

    def allows(self, found: int | None, *, exact: bool) -> bool:
        """Whether the figure is that value; of a sketch, whether it lies within a twentieth of the ranks."""
        if found is None:
            return False
        last = len(self.values) - 1
        if exact:
            return found == self.values[min(last, int(self.level * len(self.values)))]
        low = self.values[max(0, int((self.level - 0.05) * last) - 1)]
        high = self.values[min(last, int((self.level + 0.05) * last) + 2)]
        return low - 1 <= found <= high + 1


def models(rows: Rows) -> list[Row]:
    """The figures of `ModelRow`, most calls first: a call without an answer counts for who answers its wish."""
    calls = [row for row in rows.spans if row["counted"] and row["kind"] in CALL_KINDS]
    answers: dict[tuple[str, str], str] = {}
    for row in sorted(calls, key=start_ns):
        if row["response_model"] and row["request_model"]:
            answers[row["provider"], row["request_model"]] = row["response_model"]
    groups: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in calls:
        wish = row["provider"], row["request_model"]
        name = row["response_model"] or answers.get(wish) or row["request_model"]
        groups[row["provider"], name].append(row)
    found = [_model(*key, group) for key, group in groups.items()]
    return sorted(found, key=lambda row: (-row["calls"], row["provider"], row["model"]))


def _model(provider: str, model: str, group: list[Row]) -> Row:
    took = sorted(row["duration_ns"] for row in group if row["duration_ns"] is not None)
    tokens = used_tokens(group)
    return {
        "provider": provider,
        "model": model,
        "calls": weight(group),
        "errors": weight(row for row in group if row["status"] in ("error", "crashed")),
        "input_tokens": tokens["input_tokens"],
        "output_tokens": tokens["output_tokens"],
        "cost": money(group),
        "latency_p50_ns": Quantile(0.5, took) if took else None,
        "latency_p95_ns": Quantile(0.95, took) if took else None,
    }


def bins(found: Sequence[Row], traces: Iterable[Row], column: str) -> list[Row]:
    """The counts that these bins must hold; traces outside of all of them come in one that is not there."""
    edges = [(one["low"], one["high"]) for one in found]
    counts: defaultdict[tuple[int, int | None], float] = defaultdict(float, dict.fromkeys(edges, 0))
    for trace in traces:
        value = trace[column]
        if value is not None:
            fits = (
                (low, high)
                for low, high in edges
                if low <= value and (high is None or value < high)
            )
            counts[next(fits, (value, value))] += trace["sample_weight"]
    return [{"low": low, "high": high, "traces": count} for (low, high), count in counts.items()]


def cost_figures(spans: Iterable[Row]) -> Row:
    """The figures of `api.shapes_cost.CostFigures` of spans that count and have usage."""
    used = [row for row in spans if row["counted"] and is_used(row)]
    priced = weight(row for row in used if row["total_cost"] is not None)
    cost = money(used)
    return {
        "cost": cost,
        "calls": weight(used),
        "unpriced_calls": weight(used) - priced,
        "cost_per_call": cost / Decimal(priced) if priced else None,
        **used_tokens(used),
    }


def cost_rows(spans: Iterable[Row], by: str) -> dict[tuple[str, str], Row]:
    """The figures by the values of a dimension."""
    groups: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in spans:
        if row["counted"] and is_used(row):
            groups[DIMENSIONS[by](row)].append(row)
    return {value: cost_figures(group) for value, group in groups.items()}


def units(traces: Sequence[Row]) -> Row:
    """The figures of `api.shapes_cost.CostUnits`."""
    sampled = any(row["sample_weight"] != 1 for row in traces)
    ok = weight(row for row in traces if row["status"] == "ok")
    found: Row = {"traces": weight(traces), "ok_traces": ok}
    found["cost_per_trace"] = money(traces) / Decimal(found["traces"]) if traces else None
    found["cost_per_ok_trace"] = money(traces) / Decimal(ok) if ok else None
    for name, column in (("user", "user_id"), ("session", "session_id")):
        theirs = [row for row in traces if row[column]]
        count = None if sampled else len({row[column] for row in theirs})
        found[f"{name}s"] = count
        found[f"cost_per_{name}"] = money(theirs) / count if count else None
    return found


def savings(rows: Rows) -> tuple[float, float]:
    """What caching saved in US dollars, and the tokens from caches of which that cannot be told."""
    saved = unknown = 0.0
    for row in rows.spans:
        if row["counted"]:
            one = _saved(row, rows.classes.get((row["trace_id"], row["span_id"]), {}))
            if one is None:
                unknown += (row["cache_read_tokens"] or 0) * row["sample_weight"]
            else:
                saved += one * row["sample_weight"]
    return saved, unknown


def _saved(row: Row, classes: dict[str, str]) -> float | None:
    if row["total_cost"] is None:
        return None
    cached = 0
    if "cache_read" in classes:
        cached += row["cache_read_tokens"] or 0
    if "cache_write" in classes:
        cached += row["cache_write_tokens"] or 0
    if cached == 0:
        return 0.0
    plain = row["input_tokens"] - cached
    if plain <= 0:
        return None
    paid = sum(float(classes[name]) for name in ("cache_read", "cache_write") if name in classes)
    return float(classes["input"]) / float(plain) * float(cached) - paid


def is_used(row: Row) -> bool:
    """Whether the span has usage."""
    return row["input_tokens"] is not None or row["output_tokens"] is not None


def used_tokens(rows: Iterable[Row]) -> Row:
    """Tokens by class."""
    listed = list(rows)
    names = ("input", "cache_read", "cache_write", "output", "reasoning")
    found: Row = {
        f"{name}_tokens": sum((row[f"{name}_tokens"] or 0) * row["sample_weight"] for row in listed)
        for name in names
    }
    cached = found["cache_read_tokens"] + found["cache_write_tokens"]
    return found | {"uncached_tokens": found["input_tokens"] - cached}


def money(rows: Iterable[Row]) -> Decimal:
    """US dollars, weighted."""
    costs = (
        Decimal(row["total_cost"]) * Decimal(row["sample_weight"])
        for row in rows
        if row["total_cost"] is not None
    )
    return sum(costs, Decimal(0))


def weight(rows: Iterable[Row]) -> float:
    """How many the rows stand for."""
    return float(sum(row["sample_weight"] for row in rows))


def differences(found: Any, expected: Any, *, exact: bool, at: str = "") -> list[str]:
    """Where an answer differs from what was computed; names beside those that were computed are not looked at."""
    if isinstance(expected, dict):
        return [
            said
            for name, value in expected.items()
            for said in differences(found[name], value, exact=exact, at=f"{at}.{name}")
        ]
    if isinstance(expected, list):
        if len(found) != len(expected):
            return [f"{at}: {len(found)} instead of {len(expected)}"]
        pairs = enumerate(zip(found, expected, strict=True))
        return [
            said
            for number, (one, other) in pairs
            for said in differences(one, other, exact=exact, at=f"{at}[{number}]")
        ]
    return [] if _agree(found, expected, exact=exact) else [f"{at}: {found!r}, not {expected!r}"]


def _agree(found: Any, expected: Any, *, exact: bool) -> bool:
    if isinstance(expected, Quantile):
        return expected.allows(found, exact=exact)
    if isinstance(expected, Decimal):
        return found is not None and abs(Decimal(found) - expected) < Decimal("1E-9")
    if isinstance(expected, float) and found is not None:
        return bool(abs(found - expected) <= 1e-9 * max(abs(expected), 1))
    return bool(found == expected)
