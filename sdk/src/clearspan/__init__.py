"""Clearspan records what a program built on language models does, and never harms it."""

from clearspan.decorator import agent, retriever, tool, trace
from clearspan.exporters import Exporter, Outcome
from clearspan.fields import KINDS
from clearspan.instrument import instrument, uninstrument, wrap
from clearspan.metrics import counter, gauge, histogram
from clearspan.prompts import Prompt, prompt
from clearspan.propagation import (
    current_span,
    current_span_id,
    current_trace_id,
    extract,
    inject,
    traceparent,
)
from clearspan.recorder import flush, init
from clearspan.scores import score
from clearspan.spans import agent_span, context, llm_span, retrieval_span, span, tool_span
from clearspan.tracer import Scope, Span
from clearspan.version import __version__

__all__ = [
    "KINDS",
    "Exporter",
    "Outcome",
    "Prompt",
    "Scope",
    "Span",
    "__version__",
    "agent",
    "agent_span",
    "context",
    "counter",
    "current_span",
    "current_span_id",
    "current_trace_id",
    "extract",
    "flush",
    "gauge",
    "histogram",
    "init",
    "inject",
    "instrument",
    "llm_span",
    "prompt",
    "retrieval_span",
    "retriever",
    "score",
    "span",
    "tool",
    "tool_span",
    "trace",
    "traceparent",
    "uninstrument",
    "wrap",
]
