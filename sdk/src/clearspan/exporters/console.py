"""Prints finished traces on stderr: one coloured line a span, drawn as a tree."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence

from clearspan.exporters import Outcome
from clearspan.masks import masked_text
from clearspan.tracer import Span

MAX_WAITING_SPANS = 10_000
MAX_DETAIL_CHARS = 60

RED, DIM, RESET = "\x1b[31m", "\x1b[2m", "\x1b[0m"
COLOURS = {
    "llm": "\x1b[35m",
    "agent": "\x1b[34m",
    "tool": "\x1b[33m",
    "retriever": "\x1b[36m",
    "reranker": "\x1b[36m",
    "embedding": "\x1b[34m",
    "guardrail": "\x1b[35m",
    "evaluator": "\x1b[32m",
}


class ConsoleExporter:
    """Holds the spans of a trace until the outermost one of this process has ended."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Span]] = {}
        self._count = 0
        self._drawn: dict[str, str] = {}  # names of the latest, by span id

    def export(self, spans: Sequence[Span], dropped: int) -> Outcome:  # noqa: ARG002  # told by others
        """Prints each trace that is complete now, and what has ended after its parent was drawn."""
        tops = []
        for span in spans:
            if span.parent_id and not span.parent_is_remote:
                self._waiting.setdefault(span.parent_id, []).append(span)
                self._count += 1
            else:
                tops.append(span)
        for span in tops:
            self._print(self._tree(span, "", ""))
        for parent_id in [span.parent_id for span in spans if span.parent_id in self._drawn]:
            self._print_late(parent_id)
        if self._count > MAX_WAITING_SPANS:
            self.close()
        return Outcome(settled=len(spans))

    def watch(self, open_spans: Sequence[Span]) -> None:
        """A span is printed when it has ended."""

    def close(self) -> None:
        """Prints what still waits for a parent."""
        while self._waiting:
            children = {span.span_id for spans in self._waiting.values() for span in spans}
            tops = [parent_id for parent_id in self._waiting if parent_id not in children]
            # Without a top the parents form a circle: begin anywhere.
            for span in self._waiting.pop((tops or list(self._waiting))[0]):
                self._count -= 1
                self._print(self._tree(span, "", ""))

    def _print_late(self, parent_id: str) -> None:
        """Children of what was drawn before, each under the name of its parent."""
        late, name = self._waiting.pop(parent_id, []), self._drawn.get(parent_id, "")
        self._count -= len(late)
        for span in late:
            self._print(self._tree(span, f"… {name} └─ ", "     "))

    def _tree(self, span: Span, branch: str, trunk: str) -> Iterator[str]:
        yield branch + line(span)
        self._drawn[span.span_id] = shown_name(span)
        if len(self._drawn) > MAX_WAITING_SPANS:
            del self._drawn[next(iter(self._drawn))]
        children = sorted(self._waiting.pop(span.span_id, []), key=lambda child: child.start_ns)
        self._count -= len(children)
        for child in children:
            is_last = child is children[-1]
            yield from self._tree(
                child, trunk + ("└─ " if is_last else "├─ "), trunk + ("   " if is_last else "│  ")
            )

    def _print(self, lines: Iterator[str]) -> None:
        text = "\n".join(lines) + "\n"
        is_plain = not sys.stderr.isatty() or "NO_COLOR" in os.environ
        if is_plain:
            for code in {RED, DIM, RESET, *COLOURS.values()}:
                text = text.replace(code, "")
        sys.stderr.write(text)
        sys.stderr.flush()


def line(span: Span) -> str:
    """One span: kind, name, model, time, tokens, and what went wrong."""
    facts = span.facts()
    parts = [
        f"{COLOURS.get(span.kind, DIM)}{span.kind}{RESET} {shown_name(span)}",
        printable(str(facts.get("model") or "")),
        f"{DIM}{duration(span.end_ns - span.start_ns)}{RESET}",
        tokens(facts.get("usage")),
    ]
    if span.status != "ok":
        detail = f" {span.failure.type} {span.failure.message}" if span.failure else ""
        parts.append(f"{RED}{span.status}{printable(detail)[: MAX_DETAIL_CHARS + 1]}{RESET}")
    return "  ".join(part for part in parts if part)


def shown_name(span: Span) -> str:
    """The name, masked."""
    return printable(masked_text(str(span.name)))


def duration(ns: int) -> str:
    """A duration with three digits and a fitting unit."""
    for unit, size in (("s", 1_000_000_000), ("ms", 1_000_000), ("µs", 1_000)):
        if ns >= size:
            return f"{ns / size:.3g} {unit}" if ns < 1_000 * size else f"{ns / size:.0f} {unit}"
    return f"{ns} ns"


def tokens(usage: object) -> str:
    """Input and output tokens of a model call."""
    if not isinstance(usage, dict):
        return ""
    return f"{usage.get('input', '?')}→{usage.get('output', '?')} tok"


def printable(text: str) -> str:
    """``text`` without anything that a terminal could obey."""
    return "".join(char if char.isprintable() else "·" for char in text)
