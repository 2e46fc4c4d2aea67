"""What each captured scenario was in truth, and whether what the API shows of it is right, lost, or wrong.

It is *lost* by the client only with a proof: the value, or any sign of it, is nowhere in the bytes that it sent.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

Span = dict[str, Any]  # as the API shows it
Verdict = Literal["right", "lost", "wrong"]

CAPTURES = Path(__file__).parent / "captures"
# Patterns over JSON text, as the programs for Python and for JavaScript asked.
QUESTION = r'"(?:What is the capital of France\?|Capital of France\?|hi")'
WEATHER = r'"Weather in Paris\?'
ANSWER = "The capital of France is Paris."
CANCEL_SIGNS = r"(?i)cancel|abandon|abort|GeneratorExit|\"error\"|interrupt|incomplete"
TTFT_SIGNS = (
    r"(?i)first.?chunk|first[_ ]token|completion_start_time|content\.completion\.chunk|chunk\.item"
)


@dataclass(frozen=True)
class Truth:
    """What the provider returned in a scenario, and what the program had said; None is not asked for."""

    provider: str = "openai"
    kind: str = "llm"
    operation: str = "chat"
    request_model: str = "gpt-4o-mini"
    response_model: str | None = "gpt-4o-mini-2024-07-18"
    asked: str | None = QUESTION
    answered: str | None = ANSWER
    tool: str | None = None
    # Input, output, cache read, cache write, reasoning; over all calls.
    usage: tuple[int, int, int, int, int] | None = (24, 9, 0, 0, 0)
    finish: str | None = "stop"
    status: str = "ok"
    error_class: str | None = None
    is_streamed: bool = False
    has_identity: bool = False  # the program told of its user, session, tags and prompt


_REASONING = (2048, 300, 1920, 64, 128)
_CACHED = (2095, 393, 1886, 188, 0)
_SONNET: dict[str, Any] = {
    "provider": "anthropic",
    "request_model": "claude-sonnet-4-5",
    "response_model": "claude-sonnet-4-5",
}
_FAILED: dict[str, Any] = {
    "status": "error",
    "response_model": None,
    "answered": None,
    "usage": None,
    "finish": None,
}
_CUT: dict[str, Any] = {"answered": None, "usage": None, "finish": None, "is_streamed": True}


# The features of each client itself: only what all of these programs had said can be asked for.
_RICH = Truth(
    response_model=None,
    asked=None,
    answered=None,
    usage=None,
    finish=None,
    has_identity=True,
)


_MODEL: dict[str, Any] = {"request_model": "claude-sonnet-4-5"}
_O4: dict[str, Any] = {"request_model": "o4-mini", "response_model": "o4-mini-2025-04-16"}

TRUTHS = {
    "chat": Truth(),
    "chat_int_params": Truth(),
    "chat_multimodal": Truth(asked='"What is in the image'),
    "chat_cached_reasoning": Truth(usage=_REASONING, **_O4),
    "chat_async": Truth(status="cancelled", **_CUT),
    "tool_call": Truth(asked=WEATHER, answered=None, tool="get_weather", usage=(48, 18, 0, 0, 0)),
    "stream": Truth(is_streamed=True),
    "stream_tool": Truth(
        asked=WEATHER,
        answered=None,
        tool="get_weather",
        finish="tool_call",
        is_streamed=True,
    ),
    "stream_no_usage": Truth(usage=None, is_streamed=True),
    "stream_cancel": Truth(status="cancelled", **_CUT),
    "stream_cancel_drop": Truth(status="cancelled", **_CUT),
    "stream_abort": Truth(status="error", error_class="connection", **_CUT),
    "stream_sseerror": Truth(status="error", error_class="server", **_CUT),
    "error_429": Truth(error_class="rate_limit", **_FAILED),
    "error_500": Truth(error_class="server", **_FAILED),
    "embeddings": Truth(
        kind="embedding",
        operation="embeddings",
        request_model="text-embedding-3-small",
        response_model="text-embedding-3-small",
        asked=None,
        answered=None,
        usage=None,
        finish=None,
    ),
    "responses": Truth(usage=(36, 12, 0, 0, 0)),
    "responses_cached_reasoning": Truth(
        usage=_REASONING, request_model="o4-mini", response_model="o4-mini"
    ),
    "responses_stream": Truth(usage=(36, 12, 0, 0, 0), is_streamed=True),
    "responses_tool": Truth(
        asked=WEATHER,
        answered=None,
        tool="get_weather",
        usage=(36, 12, 0, 0, 0),
        finish=None,
    ),
    "anthropic_chat": Truth(**_SONNET),
    "anthropic_cached": Truth(usage=_CACHED, **_SONNET),
    "anthropic_thinking": Truth(usage=_CACHED, **_SONNET),
    "anthropic_tool": Truth(
        asked=WEATHER,
        answered=None,
        tool="get_weather",
        usage=(48, 18, 0, 0, 0),
        **_SONNET,
    ),
    "anthropic_stream": Truth(is_streamed=True, **_SONNET),
    "anthropic_stream_raw_cached": Truth(usage=_CACHED, is_streamed=True, **_SONNET),
    "anthropic_stream_cancel": Truth(status="cancelled", **_CUT, **_SONNET),
    "anthropic_error_429": Truth(
        error_class="rate_limit",
        asked=QUESTION,
        **_FAILED | {"provider": "anthropic"},
        **_MODEL,
    ),
    "anthropic_error_529": Truth(
        error_class="overloaded",
        asked=QUESTION,
        **_FAILED | {"provider": "anthropic"},
        **_MODEL,
    ),
    "big_payload": Truth(asked='"lorem ipsum'),
    "rich": _RICH,
    "langchain_rich": _RICH,
}


@dataclass
class Capture:
    """One scenario of one client: what it sent, and what the API shows of it."""

    client: str
    scenario: str
    sent: str  # all of it as JSON text
    spans: list[Span] = field(default_factory=list)
    totals: list[dict[str, Any]] = field(default_factory=list)  # of its traces

    @property
    def calls(self) -> list[Span]:
        """The spans of model calls."""
        return [one for one in self.spans if one["kind"] in ("llm", "embedding")]

    def says(self, pattern: str) -> bool:
        """Whether there is any sign of it in what the client sent."""
        return re.search(pattern, self.sent) is not None


def captured() -> Iterator[tuple[str, str, dict[str, list[bytes]]]]:
    """Client, scenario, and its requests by signal."""
    found: dict[tuple[str, str], dict[str, list[bytes]]] = {}
    for signal in ("traces", "logs"):
        for body in sorted(CAPTURES.glob(f"*/*.{signal}*.bin")):
            key = body.parent.name, body.name.partition(".")[0]
            found.setdefault(key, {}).setdefault(signal, []).append(body.read_bytes())
    for (client, scenario), requests in sorted(found.items()):
        if "traces" in requests:
            yield client, scenario, requests


def text_of(requests: dict[str, list[bytes]]) -> str:
    """Everything in the requests as JSON text, escapes inside texts undone."""
    text = json.dumps(
        [opened(signal, body) for signal, bodies in requests.items() for body in bodies],
        ensure_ascii=False,
    )
    while "\\\\" in text or '\\"' in text:
        text = text.replace("\\\\", "\\").replace('\\"', '"')
    return text


def opened(signal: str, body: bytes) -> Any:
    """A request as JSON values."""
    if is_json(body):
        return json.loads(body)
    kind = ExportLogsServiceRequest if signal == "logs" else ExportTraceServiceRequest
    return MessageToDict(kind.FromString(body))


def is_json(body: bytes) -> bool:
    return body.startswith(b"{")


def _number(count: int) -> str:
    return rf"(?<![\d.]){count}(?![\d.])"


def _verdict(capture: Capture, *, is_right: bool, sign: str) -> Verdict:
    if is_right:
        return "right"
    return "wrong" if capture.says(sign) else "lost"


def _some(capture: Capture, name: str, wanted: str, sign: str | None = None) -> Verdict:
    is_right = any(one[name] == wanted for one in capture.calls)
    return _verdict(capture, is_right=is_right, sign=sign or re.escape(f'"{wanted}"'))


def kind(capture: Capture, truth: Truth) -> Verdict:
    is_right = any(one["kind"] == truth.kind for one in capture.spans)
    return _verdict(capture, is_right=is_right, sign=r"(?i)gen_ai|llm|openai|anthropic")


def provider(capture: Capture, truth: Truth) -> Verdict:
    is_right = all(one["provider"] == _provider_of(one, truth) for one in capture.calls)
    return _verdict(capture, is_right=is_right, sign=f"(?i){truth.provider}")


def _provider_of(call: Span, truth: Truth) -> str:
    """Programs of their own features call more than one."""
    is_claude = f"{call['request_model']}{call['response_model']}".startswith("claude-")
    return "anthropic" if truth.has_identity and is_claude else truth.provider


def request_model(capture: Capture, truth: Truth) -> Verdict:
    return _some(capture, "request_model", truth.request_model)


def response_model(capture: Capture, truth: Truth) -> Verdict | None:
    if truth.response_model is None:
        return None
    return _some(capture, "response_model", truth.response_model)


def operation(capture: Capture, truth: Truth) -> Verdict:
    return _some(capture, "operation", truth.operation, r"operation\.name")


def _texts(messages: Any) -> str:
    return json.dumps(messages, ensure_ascii=False) if messages else ""


def asked(capture: Capture, truth: Truth) -> Verdict | None:
    if truth.asked is None:
        return None
    is_right = any(re.search(truth.asked, _texts(one["input_messages"])) for one in capture.calls)
    return _verdict(capture, is_right=is_right, sign=truth.asked)


def answered(capture: Capture, truth: Truth) -> Verdict | None:
    if truth.answered is None:
        return None
    is_right = any(truth.answered in _texts(one["output_messages"]) for one in capture.calls)
    return _verdict(capture, is_right=is_right, sign=re.escape(truth.answered))


def tools(capture: Capture, truth: Truth) -> Verdict | None:
    if truth.tool is None:
        return None
    parts = [
        part
        for one in capture.calls
        for message in one["output_messages"] or []
        for part in message["parts"]
    ]
    is_right = any((one["type"], one["name"]) == ("tool_call", truth.tool) for one in parts)
    return _verdict(capture, is_right=is_right, sign=re.escape(f'"{truth.tool}"'))


def _usage(index: int, name: str) -> "Check":
    def check(capture: Capture, truth: Truth) -> Verdict | None:
        if truth.usage is None or not truth.usage[index]:
            return None
        # What was estimated is not what the client told.
        told = [one for one in capture.spans if one["usage"]["source"] != "estimated"]
        counted = [one for one in told if one["counted"]]
        found = sum(one["usage"][name] or 0 for one in counted)
        each = truth.usage[index] if truth.tool is None else truth.usage[index] // 2
        return _verdict(capture, is_right=found == truth.usage[index], sign=_number(each))

    return check


def finish(capture: Capture, truth: Truth) -> Verdict | None:
    if truth.finish is None:
        return None
    return _some(capture, "finish_reason", truth.finish, r"(?i)finish_?reason|stop_reason")


def error(capture: Capture, truth: Truth) -> Verdict | None:
    if truth.status != "error":
        return None
    shown = [one["error_class"] for one in capture.spans if one["status"] == "error"]
    if truth.error_class in shown:
        return "right"
    return "wrong" if capture.says(r"(?i)STATUS_CODE_ERROR|exception\.type|\"ERROR\"") else "lost"


def cancellation(capture: Capture, truth: Truth) -> Verdict | None:
    if truth.status != "cancelled":
        return None
    is_right = any(one["status"] == "cancelled" for one in capture.spans)
    return _verdict(capture, is_right=is_right, sign=CANCEL_SIGNS)


def ttft(capture: Capture, truth: Truth) -> Verdict | None:
    if not truth.is_streamed:
        return None
    is_right = any(one["ttft_ns"] for one in capture.spans)
    return _verdict(capture, is_right=is_right, sign=TTFT_SIGNS)


def _identity(name: str, wanted: object, sign: str) -> "Check":
    def check(capture: Capture, truth: Truth) -> Verdict | None:
        if not truth.has_identity:
            return None
        is_right = any(one[name] == wanted for one in capture.spans)
        return _verdict(capture, is_right=is_right, sign=sign)

    return check


_AI_SDK_4, _AI_SDK_5, _AI_SDK_6 = "vercel-ai-4.3.19", "vercel-ai-5.0.277", "vercel-ai-6.0.326"
_AI_SDK_7 = ("vercel-ai-7.0.173", "vercel-ai-7.0.173-full")
# What a client lost although the words are in its bytes: why, of which clients, in which scenarios and fields.
_LOST = (
    (
        "the model call's own span is never exported",
        (_AI_SDK_5, _AI_SDK_6),
        ("stream_cancel",),
        ("kind", "request model", "operation", "input messages"),
    ),
    (
        "only the model that was asked for is told",
        (_AI_SDK_4, _AI_SDK_5, _AI_SDK_6, *_AI_SDK_7),
        ("embeddings",),
        ("response model",),
    ),
    (
        "only the model that was asked for is told",
        ("logfire-4.8.0",),
        ("anthropic_cached", "anthropic_chat", "anthropic_thinking", "anthropic_tool"),
        ("response model",),
    ),
    (
        "only the model that was asked for is told",
        ("mlflow-3.8.1",),
        ("anthropic_stream_cancel", "anthropic_stream_raw_cached"),
        ("response model",),
    ),
    (
        "only the pieces of the stream hold the call",
        ("mlflow-3.8.1",),
        ("stream_tool",),
        ("tool calls", "finish"),
    ),
    (
        "that it failed is told, and not why",
        (_AI_SDK_4, _AI_SDK_6, *_AI_SDK_7),
        ("stream_sseerror",),
        ("error",),
    ),
    (
        "only the agent's span holds what a failed call was asked",
        ("pydantic-ai-1.19.0", "pydantic-ai-2.68.0"),
        ("anthropic_error_429", "anthropic_error_529", "chat_async", "error_429", "error_500"),
        ("input messages",),
    ),
)
LOST = {
    (client, scenario, name): reason
    for reason, clients, scenarios, names in _LOST
    for client in clients
    for scenario in scenarios
    for name in names
}

Check = Callable[[Capture, Truth], Verdict | None]

FIELDS: dict[str, Check] = {
    "kind": kind,
    "provider": provider,
    "request model": request_model,
    "response model": response_model,
    "operation": operation,
    "input messages": asked,
    "output messages": answered,
    "tool calls": tools,
    "input tokens": _usage(0, "input"),
    "output tokens": _usage(1, "output"),
    "cache read": _usage(2, "cache_read"),
    "cache write": _usage(3, "cache_write"),
    "reasoning": _usage(4, "reasoning"),
    "finish": finish,
    "error": error,
    "cancelled": cancellation,
    "first token": ttft,
    "user": _identity("user_id", "user-1", '"user-1"'),
    "session": _identity("session_id", "sess-1", '"sess-1"'),
    "tags": _identity("tags", ["a", "b"], r"(?i)tags"),
    "prompt": _identity("prompt_name", "greeting", '"greeting"'),
}
