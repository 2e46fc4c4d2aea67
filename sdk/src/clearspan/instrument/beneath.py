"""Tells a span of a model call that the same call was recorded below it, on the wire."""

from __future__ import annotations

from clearspan.tracer import Scope, Span


class ModelSpan(Span):
    """A model call as a framework tells it; ``is_sent`` once the wire has recorded it, too."""

    __slots__ = ("is_sent",)

    def __init__(self, name: str, facts: dict[str, object]) -> None:
        self.is_sent = False
        super().__init__(name, "llm", facts)


def sent_from(place: Scope | Span) -> None:
    """Notes that the span of a call on the wire started at ``place``."""
    if isinstance(place, ModelSpan):
        place.is_sent = True
