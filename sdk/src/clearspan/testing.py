"""For tests of programs that use Clearspan: spans in a list, assertions, and recorded answers."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from clearspan.capturing import capture_spans
from clearspan.cassette import Replay, replay
from clearspan.freezing import freeze
from clearspan.tracer import Span

__all__ = ["Replay", "assert_span", "assert_tree", "capture_spans", "freeze", "replay"]


def assert_span(spans: Sequence[Span], **expected: object) -> Span:
    """The first span with all these facts; fails, telling what there was instead, without one.

    Args:
        spans: as `capture_spans` collects them.
        expected: `name`, `kind`, `status`, and any other field or attribute.

    Example:
        >>> import clearspan
        >>> from clearspan.testing import assert_span, capture_spans
        >>> with capture_spans() as spans, clearspan.span("answer", user="ann"):
        ...     pass
        >>> assert_span(spans, name="answer", status="ok", user="ann").name
        'answer'
    """
    __tracebackhide__ = True  # pytest shows where it was called instead
    differences = []
    for span in spans:
        found = {**span.facts(), "name": span.name, "kind": span.kind, "status": span.status}
        wrong = [
            f"{name}={found.get(name)!r:.80}"
            for name, value in expected.items()
            if found.get(name) != value
        ]
        if not wrong:
            return span
        differences.append(f"  {span.kind} {span.name!r:.80}: {', '.join(wrong)}")
    wanted = ", ".join(f"{name}={value!r:.80}" for name, value in expected.items())
    raise AssertionError("\n".join([f"no span has {wanted}; there was:", *differences]))


def assert_tree(spans: Sequence[Span], expected: str) -> None:
    """Compares the names of ``spans``, each below its parent by two spaces, with ``expected``.

    Example:
        >>> import clearspan
        >>> from clearspan.testing import assert_tree, capture_spans
        >>> with capture_spans() as spans, clearspan.span("answer"):
        ...     with clearspan.span("search"):
        ...         pass
        >>> assert_tree(
        ...     spans,
        ...     '''
        ...     answer
        ...       search
        ... ''',
        ... )
    """
    __tracebackhide__ = True  # as above
    wanted = textwrap.dedent(expected).strip("\n").rstrip()
    found = "\n".join(_outline(spans))
    if found != wanted:
        raise AssertionError(f"expected\n{wanted}\nbut there was\n{found}")


def _outline(spans: Sequence[Span]) -> list[str]:
    ids = {span.span_id for span in spans}
    in_order = sorted(spans, key=lambda span: span.start_ns)

    def below(parents: Sequence[Span], depth: int) -> list[str]:
        lines = []
        for span in parents:
            children = [child for child in in_order if child.parent_id == span.span_id]
            lines += [f"{'  ' * depth}{span.name}", *below(children, depth + 1)]
        return lines

    return below([span for span in in_order if span.parent_id not in ids], 0)
