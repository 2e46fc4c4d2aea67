"""What a test keeps to itself: while it captures, nothing of the program is delivered."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from clearspan.metrics import registry
from clearspan.tracer import Sink, Span, send_to

# Of each block that captures, outermost first: where spans go again after it.
_beneath: list[Sink] = []


class _List:
    def __init__(self) -> None:
        self.spans: list[Span] = []

    def started(self, span: Span, /) -> None:
        """Waits for the end."""

    def ended(self, span: Span, /) -> None:
        """Keeps ``span``."""
        span.settle()
        self.spans.append(span)


def is_capturing() -> bool:
    """Whether a test keeps what happens."""
    return bool(_beneath)


def deliver_to(sink: Sink) -> None:
    """Makes ``sink`` receive the spans; if a test captures them, then after its block."""
    if _beneath:
        _beneath[0] = sink
    else:
        send_to(sink)


@contextmanager
def capture_spans() -> Generator[list[Span]]:
    """Collects every span of the process that ends inside the block; none of them is exported.

    Neither are scores and metrics, even if the program calls `init` inside.

    Example:
        >>> import clearspan
        >>> from clearspan.testing import capture_spans
        >>> with capture_spans() as spans:
        ...     with clearspan.tool_span("get_weather", arguments={"city": "Paris"}):
        ...         pass
        >>> spans[0].name, spans[0].arguments
        ('get_weather', {'city': 'Paris'})
    """
    captured = _List()
    unsent = registry.take()
    _beneath.append(send_to(captured))
    try:
        yield captured.spans
    finally:
        send_to(_beneath.pop())
        registry.take()  # the test has measured this
        registry.give_back(unsent)
