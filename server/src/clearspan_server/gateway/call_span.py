"""A call as one OpenTelemetry span, with the fields that our SDK gives to such a call (sdk/WIRE.md)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from clearspan import wire
from clearspan_server import __version__
from clearspan_server.gateway.capture import Call, Outcome
from clearspan_server.model.half_characters import mended_text

SERVICE = "clearspan-gateway"
_KINDS = {"embeddings": "embedding", "rerank": "reranker"}
_USAGE_KEYS = {
    "input": "gen_ai.usage.input_tokens",
    "output": "gen_ai.usage.output_tokens",
    "total": "gen_ai.usage.total_tokens",
    "cache_read": "gen_ai.usage.cache_read.input_tokens",
    "cache_write": "gen_ai.usage.cache_write.input_tokens",
    "reasoning": "gen_ai.usage.reasoning.output_tokens",
    "audio_input": "gen_ai.usage.audio.input_tokens",
    "audio_output": "gen_ai.usage.audio.output_tokens",
}
_PARAMETERS = frozenset(
    (
        *("temperature", "top_p", "top_k", "max_tokens", "seed", "stop_sequences"),
        *("frequency_penalty", "presence_penalty", "encoding_formats"),
    )
)
_MOST_COUNT = 2**63 - 1

Facts = dict[str, object]


def as_export(
    call: Call, outcome: Outcome, asked: wire.Request | None, reply: wire.Reply | None
) -> bytes:
    """The span of a call, as the body of an export request; of one that is recorded already, the hop alone."""
    is_model_call = call.endpoint is not None and not call.is_recorded
    facts = _of_every_call(call, outcome)
    if is_model_call and call.endpoint is not None:
        facts |= _of_model(call, call.endpoint, outcome, asked or wire.Request(), reply)
        name = f"{call.endpoint.operation} {facts['gen_ai.request.model'] or ''}".rstrip()
    else:
        facts["clearspan.kind"] = "http"
        name = f"{call.method} {call.target.path}"
    span = Span(
        trace_id=bytes.fromhex(call.trace_id),
        span_id=bytes.fromhex(call.span_id),
        parent_span_id=bytes.fromhex(call.told.parent_id),
        name=mended_text(name),
        kind=Span.SPAN_KIND_CLIENT,
        start_time_unix_nano=call.start_ns,
        end_time_unix_nano=outcome.end_ns,
        attributes=_attributes(facts),
    )
    if outcome.status == "error":
        span.status.code = Status.STATUS_CODE_ERROR
        span.status.message = mended_text(outcome.error_message)
        raised = {
            "exception.type": outcome.error_type,
            "exception.message": outcome.error_message,
        }
        span.events.add(
            name="exception", time_unix_nano=outcome.end_ns, attributes=_attributes(raised)
        )
    request = ExportTraceServiceRequest()
    told = request.resource_spans.add()
    told.resource.attributes.extend(_attributes({"service.name": SERVICE}))
    scope = told.scope_spans.add()
    scope.scope.name, scope.scope.version = SERVICE, __version__
    scope.spans.append(span)
    return request.SerializeToString()


def _of_every_call(call: Call, outcome: Outcome) -> Facts:
    told = call.told
    return {
        "clearspan.status": "cancelled" if outcome.status == "cancelled" else None,
        "clearspan.gateway": call.target.provider.name,
        "clearspan.truncated": [f"{name}:{size}" for name, size in outcome.truncated.items()],
        "error.type": outcome.error_type if outcome.status == "error" else None,
        "http.request.method": call.method,
        "http.response.status_code": outcome.http_status or None,
        "server.address": call.target.base.host,
        "url.path": call.target.path,
        "user.id": told.user,
        "session.id": told.session,
        "clearspan.feature": told.feature,
        "clearspan.tags": list(told.tags),
        "clearspan.origin.trace_id": told.origin_trace_id,
        "clearspan.origin.span_id": told.origin_span_id,
        "clearspan.prompt.name": told.prompt_name,
        "clearspan.prompt.version": told.prompt_version,
    }


def _of_model(
    call: Call,
    endpoint: wire.Endpoint,
    outcome: Outcome,
    asked: wire.Request,
    reply: wire.Reply | None,
) -> Facts:
    kind = _KINDS.get(endpoint.operation, "llm")
    took_ns = outcome.first_token_ns - call.start_ns
    facts: Facts = {
        "clearspan.kind": kind,
        "clearspan.attempt": _attempt(call.headers),
        "gen_ai.provider.name": call.target.provider.called or endpoint.provider,
        "gen_ai.operation.name": endpoint.operation,
        "gen_ai.request.model": asked.model or endpoint.model,
        "gen_ai.request.stream": True if asked.streamed or endpoint.streamed else asked.streamed,
        "gen_ai.tool.definitions": _json(asked.tools),
        "gen_ai.response.time_to_first_chunk": took_ns / 1e9 if outcome.first_token_ns else None,
        _content_key("input", kind): _json(asked.messages),
    }
    for name, value in asked.parameters.items():
        facts[f"{'gen_ai' if name in _PARAMETERS else 'clearspan'}.request.{name}"] = _plain(value)
    return facts if reply is None else facts | _of_reply(reply, kind)


def _of_reply(reply: wire.Reply, kind: str) -> Facts:
    facts: Facts = {
        "gen_ai.response.model": reply.model,
        "gen_ai.response.id": reply.response_id,
        "gen_ai.response.finish_reasons": [reply.finish_reason] if reply.finish_reason else None,
        "gen_ai.response.service_tier": reply.service_tier,
        "clearspan.request_id": reply.request_id,
        _content_key("output", kind): _json(reply.messages),
    }
    usage = reply.usage
    if usage is not None:
        counts = {one.name: getattr(usage, one.name) for one in fields(usage)} | usage.other
        for name, count in counts.items():
            if isinstance(count, int):
                facts[_USAGE_KEYS.get(name, f"clearspan.usage.{name}")] = count
    return facts


def _content_key(side: str, kind: str) -> str:
    return f"gen_ai.{side}.messages" if kind == "llm" else f"clearspan.{side}"


def _attempt(headers: Mapping[str, str]) -> int | None:
    """From 1, where the vendor's client says how often it has tried."""
    count = headers.get("x-stainless-retry-count", "")
    return int(count) + 1 if count.isdecimal() and len(count) < 6 else None


def _plain(value: object) -> object:
    """A parameter; an object, or a list with objects in it, as JSON."""
    is_list = isinstance(value, list) and all(isinstance(one, (str, int, float)) for one in value)
    return value if is_list or isinstance(value, (str, bool, int, float)) else _json(value)


def _json(value: object) -> str | None:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else None


def _attributes(facts: Mapping[str, object]) -> Iterable[KeyValue]:
    """Those that are known."""
    for key, fact in facts.items():
        if fact is not None and fact not in ("", []):
            yield KeyValue(key=mended_text(key), value=_value(fact))


def _value(fact: object) -> AnyValue:
    if isinstance(fact, bool):
        return AnyValue(bool_value=fact)
    if isinstance(fact, int) and abs(fact) <= _MOST_COUNT:
        return AnyValue(int_value=fact)
    if isinstance(fact, float):
        return AnyValue(double_value=fact)
    if isinstance(fact, list):
        return AnyValue(array_value=ArrayValue(values=[_value(one) for one in fact]))
    return AnyValue(string_value=mended_text(str(fact)))
