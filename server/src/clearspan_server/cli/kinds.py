"""What a kind and a status look like in a terminal: a glyph, because colour alone tells nobody, and a colour.

The colours are the browser's, between those of its dark and its light page: a terminal does not say which it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class Mark:
    """One character of one column, and a colour as Rich reads it."""

    glyph: str
    colour: str


KINDS: Mapping[str, Mark] = {
    "llm": Mark("✦", "#a06be8"),
    "embedding": Mark("▦", "#3a90dc"),
    "retriever": Mark("⌕", "#33a294"),
    "reranker": Mark("≡", "#2fa8c0"),
    "tool": Mark("⬡", "#d18b2a"),
    "agent": Mark("◎", "#6079e0"),
    "chain": Mark("»", "#778397"),
    "guardrail": Mark("◇", "#df537b"),
    "evaluator": Mark("≟", "#47a55b"),
    "http": Mark("⇄", "#86888c"),
    "db": Mark("⊟", "#9c6d4c"),
    "other": Mark("•", "#818487"),
}

STATUSES: Mapping[str, Mark] = {
    "ok": Mark("✓", "#35a86a"),
    "error": Mark("✗", "#e5484d"),
    "crashed": Mark("†", "#e5484d"),
    "cancelled": Mark("⊘", "#85888d"),
    "open": Mark("◌", "#3f95dd"),
}


def kind_mark(kind: str) -> Mark:
    """That of a kind; one that a newer server knows looks like any other."""
    return KINDS.get(kind, KINDS["other"])


def status_mark(status: str) -> Mark:
    """That of a status, also of one that is not known here."""
    return STATUSES.get(status, STATUSES["open"])


def is_failure(status: str) -> bool:
    """Whether it ended badly enough to be shown in red."""
    return status in {"error", "crashed"}
