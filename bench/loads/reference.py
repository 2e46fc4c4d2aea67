"""The reference load: eight spans a trace, about 2 kB a span, words drawn by frequency.

A model call says what it did in the words of OpenTelemetry and of OpenInference, so that every peer reads the
same payload in full.
"""

import json
import random

from bench.loads.otlp import SPANS_PER_REQUEST, Load, Value, as_load, open_request, put
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span, Status

_SEED = 20_261
_SPANS_PER_TRACE = 8
_TRACE_EVERY_NS = 3_000_000
_MS_NS = 1_000_000
_ROOT_NS = 8_000_000_000
_SYSTEM_CHARS = 150

_RESOURCE: dict[str, Value] = {
    "service.name": "support-bot",
    "service.version": "1.4.2",
    "deployment.environment.name": "production",
    "telemetry.sdk.language": "python",
}
_MODELS = (
    ("openai", "gpt-4o"),
    ("openai", "gpt-4o-mini"),
    ("anthropic", "claude-sonnet-4-5"),
    ("gcp.gemini", "gemini-2.5-flash"),
    ("groq", "llama-3.3-70b-versatile"),
)
_FREQUENT = (
    "the to of in is and a your order refund invoice customer parcel payment delivery address account please "
    "with shipping question answer document support search return status policy received returned tomorrow "
    "number item card price balance receipt voucher warranty exchange tracking carrier warehouse evening "
    "model token latency context request response stream cache embedding section source chunk result "
    "message assistant error retry timeout limit agent tool page data from this that have help found paid "
    "days time after more next "
)
_STEPS = (
    ("agent", "invoke_agent support"),
    ("llm", ""),
    ("tool", "execute_tool search_orders"),
    ("retriever", "retrieve kb"),
    ("llm", ""),
    ("tool", "execute_tool get_order"),
    ("llm", ""),
    ("chain", "format answer"),
)


class _Writer:
    """The random choices of one load, always in the same order."""

    def __init__(self) -> None:
        self.random = random.Random(_SEED)
        words = [*_FREQUENT.split(), *(f"t{number}" for number in range(3_000))]
        self._texts = [self._text(words) for _ in range(4_000)]
        self.system = min(self._texts, key=lambda text: abs(len(text) - _SYSTEM_CHARS))

    def _text(self, words: list[str]) -> str:
        """A few words make up most of a text, as in any language."""
        count = max(20, int(self.random.lognormvariate(4.6, 0.8)))
        last = len(words) - 1
        ranks = (int(self.random.paretovariate(0.7)) - 1 for _ in range(count))
        return " ".join(words[min(rank, last)] for rank in ranks)

    def text(self) -> str:
        return self._texts[self.random.randrange(len(self._texts))]


def reference(span_count: int, start_ns: int) -> Load:
    """At least `span_count` spans; a trace starts every 3 ms from `start_ns` on."""
    writer = _Writer()
    requests = []
    per_request = SPANS_PER_REQUEST // _SPANS_PER_TRACE
    for first in range(0, -(-span_count // _SPANS_PER_TRACE), per_request):
        request, spans = open_request(_RESOURCE, scope="bench")
        for number in range(first, first + per_request):
            _add_trace(writer, spans, start_ns + number * _TRACE_EVERY_NS)
        requests.append(request)
    return as_load("reference", requests)


def one_trace(start_ns: int, seed: int) -> tuple[bytes, str]:
    """A request with a single trace, and its trace id; another seed gives other ids."""
    writer = _Writer()
    writer.random.seed(seed)
    request, spans = open_request(_RESOURCE, scope="bench")
    _add_trace(writer, spans, start_ns)
    return request.SerializeToString(), spans.spans[0].trace_id.hex()


def _add_trace(writer: _Writer, spans: ScopeSpans, start_ns: int) -> None:
    rnd = writer.random
    trace_id, root_id = rnd.randbytes(16), rnd.randbytes(8)
    shared: dict[str, Value] = {
        "session.id": f"sess-{rnd.randrange(30_000)}",
        "user.id": f"user-{rnd.randrange(5_000)}",
        "app.feature": f"feature-{rnd.randrange(20)}",
    }
    now_ns = start_ns
    for position, (kind, name) in enumerate(_STEPS):
        is_root = position == 0
        took_ns = int(rnd.lognormvariate(6.2, 0.9) * _MS_NS)
        span = spans.spans.add(
            trace_id=trace_id,
            span_id=root_id if is_root else rnd.randbytes(8),
            parent_span_id=b"" if is_root else root_id,
            kind=Span.SPAN_KIND_CLIENT if kind == "llm" else Span.SPAN_KIND_INTERNAL,
            start_time_unix_nano=now_ns,
            end_time_unix_nano=now_ns + (_ROOT_NS if is_root else took_ns),
        )
        now_ns += _MS_NS if is_root else took_ns
        span.name, attributes = _step(writer, kind, name)
        put(span, shared | attributes)
        if rnd.random() < 0.02:
            _fail(span)


def _step(writer: _Writer, kind: str, name: str) -> tuple[str, dict[str, Value]]:
    """A span's name, and the attributes of its kind."""
    given, made = writer.text(), writer.text()
    values: dict[str, Value] = {"input.value": given, "output.value": made}
    match kind:
        case "llm":
            return _model_call(writer, given, made)
        case "tool":
            tool = name.removeprefix("execute_tool ")
            return name, {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": tool,
                "gen_ai.tool.call.arguments": json.dumps({"user_id": 42, "q": given[:80]}),
                "gen_ai.tool.call.result": made[:400],
                "openinference.span.kind": "TOOL",
                "tool.name": tool,
                "input.value": given[:80],
                "output.value": made[:400],
            }
        case "retriever":
            return name, {
                "openinference.span.kind": "RETRIEVER",
                "input.value": given[:120],
                "retrieval.documents.0.document.content": made,
                "retrieval.documents.0.document.score": 0.83,
            }
        case _:
            operation = "invoke_agent" if kind == "agent" else kind
            named: dict[str, Value] = {
                "gen_ai.operation.name": operation,
                "openinference.span.kind": kind.upper(),
            }
            return name, named | values


def _model_call(writer: _Writer, given: str, made: str) -> tuple[str, dict[str, Value]]:
    rnd = writer.random
    provider, model = rnd.choice(_MODELS)
    tokens_in, tokens_out = rnd.randrange(50, 4_000), rnd.randrange(10, 900)
    asked = [_message("system", writer.system), _message("user", given)]
    answer = _message("assistant", made) | {"finish_reason": "stop"}
    return f"chat {model}", {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.system": provider,
        "gen_ai.request.model": model,
        "gen_ai.response.model": model,
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.max_tokens": 1024,
        "gen_ai.usage.input_tokens": tokens_in,
        "gen_ai.usage.output_tokens": tokens_out,
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.input.messages": json.dumps(asked),
        "gen_ai.output.messages": json.dumps([answer]),
        "openinference.span.kind": "LLM",
        "llm.model_name": model,
        "llm.provider": provider,
        "llm.token_count.prompt": tokens_in,
        "llm.token_count.completion": tokens_out,
        "llm.token_count.total": tokens_in + tokens_out,
        "input.value": given,
        "output.value": made,
    }


def _message(role: str, text: str) -> dict[str, object]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def _fail(span: Span) -> None:
    span.status.code = Status.STATUS_CODE_ERROR
    span.status.message = "Rate limit exceeded"
    event = span.events.add(name="exception", time_unix_nano=span.end_time_unix_nano)
    frames = '  File "app.py", line 1, in f\n' * 10
    put(
        event,
        {
            "exception.type": "RateLimitError",
            "exception.message": "429 Too Many Requests",
            "exception.stacktrace": f"Traceback (most recent call last):\n{frames}",
        },
    )
