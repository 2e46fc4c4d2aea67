"""For tests of programs that use Clearspan: spans in a list instead of on a server."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from clearspan.tracer import Span, send_to

__all__ = ["capture_spans"]


class _List:
    def __init__(self) -> None:
        self.spans: list[Span] = []

    def started(self, span: Span, /) -> None:
        """Waits for the end."""

    def ended(self, span: Span, /) -> None:
        """Keeps ``span``."""
        self.spans.append(span)


@contextmanager
def capture_spans() -> Generator[list[Span]]:
    """Collects every span of the process that ends inside the block; none of them is exported.

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
    former = send_to(captured)
    try:
        yield captured.spans
    finally:
        send_to(former)
