"""Spans as one client would send them, normalised without a server."""

import json
from typing import Any

from clearspan_server.ingest.draft import Attributes, Draft, Event, Origin
from clearspan_server.ingest.normalise import normalise
from clearspan_server.model.span import Span

START_NS = 1_790_000_000_000_000_000


def event(name: str, after_ms: float = 1, **attributes: Any) -> Event:
    """A span event; `__` in an attribute's name is a dot."""
    named = {key.replace("__", "."): value for key, value in attributes.items()}
    return Event(name, START_NS + round(after_ms * 1e6), named)


def normalised(
    attributes: Attributes,
    *events: Event,
    name: str = "a span",
    scope: str = "test",
    status: int = 0,
) -> Span:
    """The span of a second that the rules make of its attributes and events; `status` is OpenTelemetry's code."""
    span = Span(
        project="p",
        trace_id="1" * 32,
        span_id="2" * 16,
        name=name,
        start_ns=START_NS,
        end_ns=START_NS + 1_000_000_000,
    )
    draft = Draft(span, attributes, list(events), Origin({}, scope, "1"), status)
    normalise(draft)
    assert span.dialect != "raw", span.truncated
    return span


def tokens(span: Span) -> tuple[int | None, ...]:
    """Input, output, cache read, cache write, reasoning."""
    return (
        span.input_tokens,
        span.output_tokens,
        span.cache_read_tokens,
        span.cache_write_tokens,
        span.reasoning_tokens,
    )


def said(text: str) -> list[str]:
    """Role and content of every part of a stored conversation, as `role: content`."""
    return [
        f"{message['role']}: {part.get('content', part)}"
        for message in json.loads(text)
        for part in message["parts"]
    ]
