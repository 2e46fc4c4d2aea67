"""Writes spans as OTLP/JSON. WIRE.md is the table of what is written here."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping

from clearspan.fields import FIELDS
from clearspan.masks import masked_text
from clearspan.messages import messages
from clearspan.tracer import Span

Attributes = dict[str, object]

# From the kind of a span, where OpenTelemetry GenAI has a name for it.
OPERATIONS = {
    "llm": "chat",
    "embedding": "embeddings",
    "retriever": "retrieval",
    "tool": "execute_tool",
    "agent": "invoke_agent",
}
# Of a span that carries its tool's or agent's name as its own.
NAMED_BY_SPAN = {"tool": "tool_name", "agent": "agent_name"}

USAGE_KEYS = {
    "input": "gen_ai.usage.input_tokens",
    "output": "gen_ai.usage.output_tokens",
    "total": "gen_ai.usage.total_tokens",  # not OpenTelemetry's, but what others call it too
    "cache_read": "gen_ai.usage.cache_read.input_tokens",
    "cache_write": "gen_ai.usage.cache_write.input_tokens",
    "reasoning": "gen_ai.usage.reasoning.output_tokens",
    "audio_input": "gen_ai.usage.audio.input_tokens",
    "audio_output": "gen_ai.usage.audio.output_tokens",
}
PARAMETERS = frozenset(
    {
        *("temperature", "top_p", "top_k", "max_tokens", "seed", "stop_sequences"),
        *("frequency_penalty", "presence_penalty", "encoding_formats"),
    }
)
INT64_MAX = 2**63 - 1
MAX_BITS = 2_000
SAMPLED, PARENT_IS_LOCAL, PARENT_IS_REMOTE = 0x1, 0x100, 0x300


def attributes(span: Span) -> Attributes:
    """Everything known about ``span`` by its key on the wire; None is left out later."""
    facts = span.facts()
    sent: Attributes = {
        "clearspan.kind": None if span.kind == "other" else span.kind,
        "clearspan.status": "cancelled" if span.status == "cancelled" else None,
        "clearspan.state": None if span.ended else "open",
        "gen_ai.operation.name": OPERATIONS.get(span.kind),
        "error.type": span.failure.type if span.failure else None,
    }
    if span.kind in NAMED_BY_SPAN:
        facts.setdefault(NAMED_BY_SPAN[span.kind], masked_text(str(span.name)))
    for name, value in facts.items():
        if name in WRITERS and value is not None:
            sent.update(WRITERS[name](value, span.kind))
        else:
            sent[FIELDS[name].key if name in FIELDS else str(name)] = value
    if span.truncated:
        sent["clearspan.truncated"] = [f"{name}:{size}" for name, size in span.truncated.items()]
    return sent


def _text(role: str, generic_key: str, messages_key: str) -> Callable[[object, str], Attributes]:
    def write(value: object, kind: str) -> Attributes:
        found = messages(value, role) if kind == "llm" and value is not None else None
        return {generic_key: as_json(value)} if found is None else {messages_key: as_json(found)}

    return write


def _usage(value: object, _kind: str) -> Attributes:
    counts = value if isinstance(value, dict) else {}
    if counts and not counts.keys() & USAGE_KEYS.keys():
        counts = _of_provider(counts) or counts
    return {USAGE_KEYS.get(key, f"clearspan.usage.{key}"): count for key, count in counts.items()}


def _of_provider(counts: dict[str, object]) -> dict[str, int]:
    """The usage that a provider's client gave, by our names; empty where it is no provider's."""
    from clearspan.wire.usage import read_usage  # noqa: PLC0415  # slow, and for few programs

    usage = read_usage(counts)
    if usage is None:
        return {}
    known = {name: getattr(usage, name) for name in USAGE_KEYS}
    return {name: count for name, count in known.items() if count is not None} | usage.other


def _parameters(value: object, _kind: str) -> Attributes:
    given = value if isinstance(value, dict) else {}
    return {
        f"gen_ai.request.{key}" if key in PARAMETERS else f"clearspan.request.{key}": setting
        for key, setting in given.items()
    }


def _documents(value: object, _kind: str) -> Attributes:
    given = value if isinstance(value, list) else [value]
    documents = [{"content": item} if isinstance(item, str) else item for item in given]
    return {"gen_ai.retrieval.documents": as_json(documents)}


WRITERS: dict[str, Callable[[object, str], Attributes]] = {
    "input": _text("user", "clearspan.input", "gen_ai.input.messages"),
    "output": _text("assistant", "clearspan.output", "gen_ai.output.messages"),
    "usage": _usage,
    "parameters": _parameters,
    "documents": _documents,
    "tools": lambda value, _kind: {"gen_ai.tool.definitions": as_json(value)},
    "arguments": lambda value, _kind: {"gen_ai.tool.call.arguments": as_json(value)},
    "result": lambda value, _kind: {"gen_ai.tool.call.result": as_json(value)},
    "session": lambda value, _kind: {"session.id": value, "gen_ai.conversation.id": value},
    "finish_reason": lambda value, _kind: {"gen_ai.response.finish_reasons": [value]},
    "first_token_ns": lambda value, _kind: {
        "gen_ai.response.time_to_first_chunk": value / 1e9 if isinstance(value, int) else None
    },
}


def as_json(value: object) -> str | None:
    """``value`` as JSON text; a text stays itself, None stays None."""
    if value is None or isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:  # log probabilities can be infinite, and JSON has no word for that
        return as_json(_finite(value))


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if type(value) is int and abs(value) > INT64_MAX:
        return _large(value)
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _large(number: int) -> str:
    # Python refuses to write numbers of very many digits.
    bits = number.bit_length()
    return str(number) if bits <= MAX_BITS else f"<number of {bits} bits>"


def any_value(value: object) -> dict[str, object]:
    """OTLP's AnyValue; what JSON or 64 bits cannot hold becomes text."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        fits = -INT64_MAX <= value <= INT64_MAX
        return {"intValue": str(value)} if fits else {"stringValue": _large(value)}
    if isinstance(value, float):
        return {"doubleValue": value} if math.isfinite(value) else {"stringValue": str(value)}
    if isinstance(value, list) and all(isinstance(item, (str, bool, int, float)) for item in value):
        return {"arrayValue": {"values": [any_value(item) for item in value]}}
    return {"stringValue": as_json(value) or ""}


def key_values(facts: Mapping[str, object]) -> list[dict[str, object]]:
    """OTLP's list of attributes."""
    return [
        {"key": key, "value": any_value(value)} for key, value in facts.items() if value is not None
    ]


def encoded(span: Span) -> str:
    """One OTLP span as JSON text; an open one has no end."""
    record: dict[str, object] = {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "name": masked_text(str(span.name)),
        "kind": 1,
        "flags": SAMPLED | (PARENT_IS_REMOTE if span.parent_is_remote else PARENT_IS_LOCAL),
        "startTimeUnixNano": str(span.start_ns),
        "endTimeUnixNano": str(span.end_ns),
        "attributes": key_values(attributes(span)),
    }
    if span.parent_id:
        record["parentSpanId"] = span.parent_id
    if span.carried.tracestate:
        record["traceState"] = span.carried.tracestate
    if span.failure:
        record["status"] = {"code": 2, "message": span.failure.message}
        record["events"] = [_exception(span)]
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _exception(span: Span) -> dict[str, object]:
    failure = span.failure
    facts = failure and {
        "exception.type": failure.type,
        "exception.message": failure.message or None,
        "exception.stacktrace": failure.stack() or None,
    }
    return {
        "name": "exception",
        "timeUnixNano": str(span.end_ns or span.start_ns),
        "attributes": key_values(facts or {}),
    }


def body(spans: Iterable[str], resource: Mapping[str, object], version: str) -> bytes:
    """The request around spans that are encoded already."""
    head = json.dumps({"attributes": key_values(resource)}, ensure_ascii=False)
    scope = json.dumps({"name": "clearspan", "version": version})
    text = (
        f'{{"resourceSpans":[{{"resource":{head},"scopeSpans":'
        f'[{{"scope":{scope},"spans":[{",".join(spans)}]}}]}}]}}'
    )
    # A lone surrogate is no character and would make the server refuse the whole request.
    return text.encode("utf-8", "replace")
