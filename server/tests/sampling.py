"""What `make test` takes a sample of, and `make test-whole` all: CLEARSPAN_WHOLE=1 says which."""

import os
from pathlib import Path

WHOLE = os.environ.get("CLEARSPAN_WHOLE") == "1"

# Of each client, the scenarios in which most can go wrong.
SCENARIOS = (
    *("chat", "chat_cached_reasoning", "tool_call", "stream", "stream_cancel", "error_429"),
    *("anthropic_cached", "anthropic_stream", "rich", "nested"),
)


def examples(count: int) -> int:
    """How many of so many examples that hypothesis makes up: a third."""
    return count if WHOLE else count // 3


def some(names: list[str]) -> list[str]:
    """Every fourth: of each client one or two, where a test takes long for each."""
    return names if WHOLE else names[::4]


def is_taken(capture: Path) -> bool:
    """Whether a captured request is in the sample."""
    return WHOLE or capture.name.partition(".")[0] in SCENARIOS
