"""Traces and spans as Langfuse's clients read them: what they sent comes back as it was, the rest as we know it."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from urllib.parse import quote

from pydantic import JsonValue

from clearspan_server.api.detail import attributes_of
from clearspan_server.api.langfuse_shapes import Shape, moment_ns
from clearspan_server.api.messages import structure
from clearspan_server.model.langfuse_ids import root_id
from clearspan_server.store.engine import Row

TYPES: Mapping[str, str] = {
    "llm": "GENERATION",
    "embedding": "EMBEDDING",
    "retriever": "RETRIEVER",
    "tool": "TOOL",
    "agent": "AGENT",
    "chain": "CHAIN",
    "guardrail": "GUARDRAIL",
    "evaluator": "EVALUATOR",
}  # of our kinds; all others are a SPAN
ENVIRONMENT = "default"  # of what names none

_NUMBER = re.compile("[0-9]{1,9}")
_OWN = "langfuse.observation."
_TRACE = "langfuse.trace."
_SECOND_NS = 1e9
_REDACTED = "[redacted:"

_Attributes = Mapping[str, JsonValue]


class Names:
    """What the sender calls traces and spans, and what they cost: by our ids, from rows of `query.whole.span_ids`.

    Of a name in which something was redacted nothing can be found again: ours stands for it.
    """

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._traces: dict[str, str] = {}
        self._roots: dict[str, str] = {}  # the spans that only stand for their traces
        self._spans: dict[tuple[str, str], str] = {}
        self._costs: defaultdict[str, float] = defaultdict(float)
        for row in rows:
            self._costs[row["trace_id"]] += row["cost"] or 0.0
            sent_trace, sent_span = row["sent_trace_id"], row["sent_span_id"]
            if _REDACTED in sent_trace:
                if not (row["parent_id"] or sent_span):
                    self._roots[row["trace_id"]] = row["span_id"]
            elif sent_trace:
                self._traces[row["trace_id"]] = sent_trace
                self._roots[row["trace_id"]] = root_id(sent_trace)
            if sent_span and _REDACTED not in sent_span:
                self._spans[row["trace_id"], row["span_id"]] = sent_span

    def trace(self, trace_id: str) -> str:
        return self._traces.get(trace_id, trace_id)

    def span(self, trace_id: str, span_id: str) -> str:
        return self._spans.get((trace_id, span_id), span_id)

    def cost(self, trace_id: str) -> float:
        """US dollars of all spans of a trace that count."""
        return self._costs.get(trace_id, 0.0)

    def is_trace(self, trace_id: str, span_id: str) -> bool:
        """Whether a span only stands for its trace, of which the sender told apart from its spans."""
        return self._roots.get(trace_id) == span_id


def observation(row: Row, names: Names, project: str) -> Shape:
    """A span, from its row of the table `spans`, as an observation of either version of the API."""
    attributes = attributes_of(row)
    trace_id, parent_id = row["trace_id"], row["parent_id"]
    no_parent = not parent_id or names.is_trace(trace_id, parent_id)
    given, answer = _content(row, attributes)
    usage, costs = _usage(row, attributes), _costs(row, attributes)
    ends_ns = row["end_ns"]
    first_ns = None if row["ttft_ns"] is None else row["start_ns"] + row["ttft_ns"]
    version = row["prompt_version"]
    return {
        "id": names.span(trace_id, row["span_id"]),
        "traceId": names.trace(trace_id),
        "projectId": project,
        "parentObservationId": None if no_parent else names.span(trace_id, parent_id),
        "isRootObservation": no_parent,
        "type": _type(row, attributes),
        "name": row["name"],
        "startTime": moment_ns(row["start_ns"]),
        "endTime": None if ends_ns is None else moment_ns(ends_ns),
        "completionStartTime": None if first_ns is None else moment_ns(first_ns),
        "latency": None if ends_ns is None else (ends_ns - row["start_ns"]) / _SECOND_NS,
        "timeToFirstToken": None if first_ns is None else row["ttft_ns"] / _SECOND_NS,
        "level": _level(row, attributes),
        "statusMessage": attributes.get(f"{_OWN}status_message") or row["error_message"] or None,
        "version": attributes.get("langfuse.version") or row["service_version"] or None,
        "release": row["release"] or None,
        "environment": row["environment"] or ENVIRONMENT,
        "userId": row["user_id"] or None,
        "sessionId": row["session_id"] or None,
        "tags": row["tags"],
        "input": given,
        "output": answer,
        "metadata": _metadata(attributes, f"{_OWN}metadata") or _foreign(attributes),
        "model": row["response_model"] or row["request_model"] or None,
        "modelId": None,
        "internalModelId": None,
        "modelParameters": structure(row["parameters"]) or {},
        "usage": _old_usage(usage, costs),
        "usageDetails": usage,
        "costDetails": costs,
        "totalCost": costs.get("total"),
        "calculatedInputCost": costs.get("input"),
        "calculatedOutputCost": costs.get("output"),
        "calculatedTotalCost": costs.get("total"),
        "inputPrice": None,
        "outputPrice": None,
        "totalPrice": None,
        "unit": "TOKENS",
        "promptTokens": usage.get("input", 0),
        "completionTokens": usage.get("output", 0),
        "totalTokens": usage.get("total", 0),
        "promptId": None,
        "promptName": row["prompt_name"] or None,
        "promptVersion": int(version) if _NUMBER.fullmatch(version) else None,
        "bookmarked": False,
        "public": False,
        "createdAt": moment_ns(row["received_ns"]),
        "updatedAt": moment_ns(row["received_ns"]),
    }


def trace(summary: Row, telling: Sequence[Row], names: Names, project: str) -> Shape:
    """A trace from its summary and those of its spans that tell of it as a whole, in order of start."""
    trace_id = summary["trace_id"]
    attributes: dict[str, JsonValue] = {}
    given: JsonValue = None
    answer: JsonValue = None
    for row in telling:
        said = attributes_of(row)
        attributes |= {key: value for key, value in said.items() if _tells(key)}
        if not row["parent_id"]:
            given, answer = _content(row, said)
    ends_ns = summary["end_ns"]
    return {
        "id": names.trace(trace_id),
        "projectId": project,
        "timestamp": moment_ns(summary["start_ns"]),
        "name": attributes.get(f"{_TRACE}name") or summary["name"] or None,
        "input": _value(attributes, f"{_TRACE}input", given),
        "output": _value(attributes, f"{_TRACE}output", answer),
        "sessionId": summary["session_id"] or None,
        "userId": summary["user_id"] or None,
        "release": summary["release"] or None,
        "version": attributes.get("langfuse.version"),
        "environment": summary["environment"] or ENVIRONMENT,
        "metadata": _metadata(attributes, f"{_TRACE}metadata"),
        "tags": summary["tags"],
        "public": attributes.get(f"{_TRACE}public") is True,
        "bookmarked": False,
        "externalId": attributes.get(f"{_TRACE}external_id"),
        "htmlPath": f"/p/{quote(project, safe='')}/traces/{trace_id}",
        "latency": None if ends_ns is None else (ends_ns - summary["start_ns"]) / _SECOND_NS,
        "totalCost": names.cost(trace_id),
        "createdAt": moment_ns(summary["received_ns"]),
        "updatedAt": moment_ns(summary["received_ns"]),
    }


def _tells(key: str) -> bool:
    return key.startswith(_TRACE) or key == "langfuse.version"


def _type(row: Row, attributes: _Attributes) -> str:
    said = attributes.get(f"{_OWN}type")
    return said.upper() if isinstance(said, str) and said else TYPES.get(row["kind"], "SPAN")


def _level(row: Row, attributes: _Attributes) -> str:
    said = attributes.get(f"{_OWN}level")
    if isinstance(said, str) and said:
        return said.upper()
    return "ERROR" if row["status"] in ("error", "crashed") else "DEFAULT"


def _content(row: Row, attributes: _Attributes) -> tuple[JsonValue, JsonValue]:
    """Input and output as they were sent, where the client is Langfuse's; else as they were understood."""
    tool = row["kind"] == "tool"
    given = structure(row["tool_arguments"] if tool else row["input"])
    answer = structure(row["tool_result"] if tool else row["output"])
    return (
        _value(attributes, f"{_OWN}input", given),
        _value(attributes, f"{_OWN}output", answer),
    )


def _value(attributes: _Attributes, key: str, otherwise: JsonValue) -> JsonValue:
    """What an attribute holds: objects and lists come as JSON text."""
    if key not in attributes:
        return otherwise
    held = attributes[key]
    return structure(held) if isinstance(held, str) else held


def _metadata(attributes: _Attributes, under: str) -> dict[str, JsonValue]:
    """What stands under a name, key by key, and under the name itself."""
    whole = _value(attributes, under, None)
    found: dict[str, JsonValue] = {}
    if isinstance(whole, dict):
        found |= whole
    elif whole is not None:
        found["metadata"] = whole
    for key in attributes:
        if key.startswith(f"{under}."):
            found[key.removeprefix(f"{under}.")] = _value(attributes, key, None)
    return found


def _foreign(attributes: _Attributes) -> dict[str, JsonValue]:
    """The attributes of a span that another library recorded."""
    if any(key.startswith("langfuse.") for key in attributes):
        return {}
    return {"attributes": dict(attributes)} if attributes else {}


def _usage(row: Row, attributes: _Attributes) -> dict[str, int]:
    """Counts of tokens as they were sent; of other senders in Langfuse's way: no class is inside another."""
    sent = _value(attributes, f"{_OWN}usage_details", None)
    if isinstance(sent, dict):
        return {name: count for name, count in sent.items() if type(count) is int}
    if row["input_tokens"] is None and row["output_tokens"] is None:
        return {}
    inside = {
        "input_cached_tokens": row["cache_read_tokens"] or 0,
        "input_cache_creation": row["cache_write_tokens"] or 0,
        "output_reasoning_tokens": row["reasoning_tokens"] or 0,
    }
    cached = inside["input_cached_tokens"] + inside["input_cache_creation"]
    found = {
        "input": max(0, (row["input_tokens"] or 0) - cached),
        "output": max(0, (row["output_tokens"] or 0) - inside["output_reasoning_tokens"]),
        "total": row["total_tokens"] or 0,
    }
    return found | {name: count for name, count in inside.items() if count}


def _costs(row: Row, attributes: _Attributes) -> dict[str, float]:
    """US dollars: what the sender told, else what was computed."""
    sent = _value(attributes, f"{_OWN}cost_details", None)
    if isinstance(sent, dict):
        told = {key: float(one) for key, one in sent.items() if type(one) in (int, float)}  # type: ignore[arg-type]  # so it is a number
        return told if "total" in told or not told else told | {"total": sum(told.values())}
    computed: dict[str, Decimal | None] = {
        "input": row["input_cost"],
        "output": row["output_cost"],
        "total": row["total_cost"],
    }
    return {name: float(cost) for name, cost in computed.items() if cost is not None}


def _old_usage(usage: Mapping[str, int], costs: Mapping[str, float]) -> Shape:
    return {
        **{name: usage.get(name, 0) for name in ("input", "output", "total")},
        "unit": "TOKENS",
        **{f"{name}Cost": costs.get(name) for name in ("input", "output", "total")},
    }


def as_text(value: JsonValue) -> str | None:
    """A value as the second version of the API has it: text, JSON where it is none."""
    return (
        value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    )
