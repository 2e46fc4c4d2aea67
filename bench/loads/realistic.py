"""The realistic load: what production sends.

Prose, conversations that grow from call to call, response ids, three levels, 2 % of the spans sent twice,
1 % of the traces late by days, failed calls.
"""

import ast
import inspect
import json
import random
import re
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.loads.otlp import SPANS_PER_REQUEST, Load, Value, as_load, open_request, put
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span, Status

_SEED = 20_262
_SPAN_EVERY_NS = 400_000
_MS_NS = 1_000_000
_DAY_NS = 86_400_000_000_000
_LATE_SHARE = 0.01
_ERROR_SHARE = 0.02
_SPANS_PER_REPEAT = 50  # one of so many is sent again
_STEPS = 3

_RESOURCE: dict[str, Value] = {
    "service.name": "support-bot",
    "service.version": "1.4.2",
    "deployment.environment.name": "production",
}
_MODELS = (
    ("openai", "gpt-4o-2024-08-06"),
    ("openai", "gpt-4o-mini-2024-07-18"),
    ("anthropic", "claude-sonnet-4-5-20250929"),
    ("gcp.gemini", "gemini-2.5-flash"),
    ("groq", "llama-3.3-70b-versatile"),
)
_TOOLS = ("search_orders", "get_order", "issue_refund", "lookup_customer", "list_invoices")
_FEATURES = ("support", "search", "summary", "checkout")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")

_Message = dict[str, object]


class _Writer:
    """The random choices of one load, always in the same order."""

    def __init__(self) -> None:
        self.random = random.Random(_SEED)
        self._sentences = sorted(set(_sentences()))
        self.system = self.text(1_200)

    def text(self, mean_chars: int) -> str:
        """Sentences that belong to no story."""
        wanted = self.random.lognormvariate(0, 0.6) * mean_chars
        chosen: list[str] = []
        size = 0
        while size < wanted:
            chosen.append(self.random.choice(self._sentences))
            size += len(chosen[-1])
        return " ".join(chosen)

    def took_ns(self, log_ms: float, spread: float) -> int:
        return int(self.random.lognormvariate(log_ms, spread) * _MS_NS)


def _sentences() -> Iterator[str]:
    """Natural text that every Python has: the docstrings of its standard library, read and not imported."""
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                text = inspect.cleandoc(ast.get_docstring(node, clean=False) or "")
                yield from (s for s in _SENTENCE_END.split(text) if 30 < len(s) < 400)


def realistic(span_count: int, start_ns: int) -> Load:
    """At least `span_count` spans, in order of their starts but for the late ones."""
    writer = _Writer()
    rnd = writer.random
    requests = []
    sent = 0
    while sent < span_count:
        request, spans = open_request(_RESOURCE)
        while len(spans.spans) < SPANS_PER_REQUEST:
            late_ns = rnd.randrange(1, 20) * _DAY_NS if rnd.random() < _LATE_SHARE else 0
            at_ns = start_ns + (sent + len(spans.spans)) * _SPAN_EVERY_NS - late_ns
            _Turn(writer, spans, at_ns).write()
        for _ in range(SPANS_PER_REQUEST // _SPANS_PER_REPEAT):
            spans.spans.add().CopyFrom(rnd.choice(spans.spans[:-1]))
        requests.append(request)
        sent += len(spans.spans)
    return as_load("realistic", requests)


@dataclass(slots=True)
class _Turn:
    """One turn of a conversation as a trace of eleven spans: agent, steps, model calls, tools, a retrieval."""

    writer: _Writer
    spans: ScopeSpans
    now_ns: int
    trace_id: bytes = b""
    shared: dict[str, Value] = field(default_factory=dict)
    history: list[_Message] = field(default_factory=list)

    def write(self) -> None:
        rnd, text = self.writer.random, self.writer.text
        self.trace_id = rnd.randbytes(16)
        self.shared = {
            "session.id": f"sess-{rnd.randrange(20_000)}",
            "user.id": f"user-{rnd.randrange(4_000)}",
            "app.feature": rnd.choice(_FEATURES),
            "app.experiment": rnd.choice("AB"),
        }
        question = text(160)
        self.history = [_message("system", self.writer.system)]
        for _ in range(rnd.randrange(4)):
            self.history += [_message("user", text(200)), _message("assistant", text(500))]
        self.history.append(_message("user", question))
        agent: dict[str, Value] = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "support",
            "input.value": question,
        }
        root = self._add("invoke_agent support", b"", agent)
        provider, model = rnd.choice(_MODELS)
        answer = ""
        for step in range(_STEPS):
            chain = self._add(f"step {step}", root.span_id, {"openinference.span.kind": "CHAIN"})
            call, answer = self._call(chain, step, provider, model)
            if step < _STEPS - 1:
                self._act(chain, question, with_search=step == 0)
            chain.end_time_unix_nano = self.now_ns
            if rnd.random() < _ERROR_SHARE:
                call.status.code = Status.STATUS_CODE_ERROR
                call.status.message = "Rate limit reached"
                put(call, {"error.type": "RateLimitError"})
        root.end_time_unix_nano = self.now_ns
        put(root, {"output.value": answer})

    def _add(
        self, name: str, parent: bytes, attributes: dict[str, Value], took_ns: int = 1
    ) -> Span:
        span = self.spans.spans.add(
            trace_id=self.trace_id,
            span_id=self.writer.random.randbytes(8),
            parent_span_id=parent,
            name=name,
            start_time_unix_nano=self.now_ns,
            end_time_unix_nano=self.now_ns + took_ns,
        )
        put(span, self.shared | attributes)
        return span

    def _call(self, chain: Span, step: int, provider: str, model: str) -> tuple[Span, str]:
        """The model call of a step; the clock moves on by what it took."""
        writer = self.writer
        took_ns, answer = writer.took_ns(7.0, 0.7), writer.text(500)
        asked = json.dumps(self.history)
        tokens_in = len(asked) // 4
        reply = _message("assistant", answer)
        attributes: dict[str, Value] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": provider,
            "gen_ai.request.model": model,
            "gen_ai.response.model": model,
            "gen_ai.response.id": f"chatcmpl-{writer.random.getrandbits(96):x}",
            "gen_ai.request.temperature": 0.2,
            "gen_ai.request.max_tokens": 1024,
            "gen_ai.request.stream": True,
            "gen_ai.response.time_to_first_chunk": took_ns / 4e9,
            "gen_ai.usage.input_tokens": tokens_in,
            "gen_ai.usage.output_tokens": len(answer) // 4,
            "gen_ai.usage.cache_read.input_tokens": tokens_in // 2 if step else 0,
            "gen_ai.response.finish_reasons": ["stop" if step == _STEPS - 1 else "tool_calls"],
            "gen_ai.input.messages": asked,
            "gen_ai.output.messages": json.dumps([reply | {"finish_reason": "stop"}]),
        }
        call = self._add(f"chat {model}", chain.span_id, attributes, took_ns)
        call.kind = Span.SPAN_KIND_CLIENT
        self.now_ns += took_ns
        self.history.append(reply)
        return call, answer

    def _act(self, chain: Span, question: str, *, with_search: bool) -> None:
        """A tool call, and beside it in the first step a search."""
        writer = self.writer
        tool, result = writer.random.choice(_TOOLS), writer.text(600)
        took_ns = writer.took_ns(5.0, 1.0)
        if with_search:
            self._add("retrieve kb", chain.span_id, self._search(question), took_ns)
        attributes: dict[str, Value] = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": tool,
            "gen_ai.tool.call.arguments": json.dumps({"query": question[:80], "limit": 5}),
            "gen_ai.tool.call.result": json.dumps({"rows": result}),
        }
        self._add(f"execute_tool {tool}", chain.span_id, attributes, took_ns)
        response = {"type": "tool_call_response", "response": result}
        self.history.append({"role": "tool", "parts": [response]})
        self.now_ns += took_ns

    def _search(self, question: str) -> dict[str, Value]:
        rnd = self.writer.random
        attributes: dict[str, Value] = {
            "openinference.span.kind": "RETRIEVER",
            "input.value": question,
        }
        for number in range(4):
            document = f"retrieval.documents.{number}.document"
            attributes[f"{document}.content"] = self.writer.text(450)
            attributes[f"{document}.score"] = round(rnd.random(), 4)
            attributes[f"{document}.id"] = f"doc-{rnd.randrange(9_000)}"
        return attributes


def _message(role: str, text: str) -> _Message:
    return {"role": role, "parts": [{"type": "text", "content": text}]}
