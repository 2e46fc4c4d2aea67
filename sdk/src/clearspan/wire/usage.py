"""Usage: what a provider says a call took, in one form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_COUNT = 10**12  # no call has more of anything: such a count is broken


@dataclass
class Usage:
    """Tokens of one model call, inclusive: cached tokens are part of the input, reasoning is part of the output.

    What is not known is None, never zero. `other` has further counts by the names of the price list
    (`cache_write_1h_tokens`, `web_searches`, …).
    """

    input: int | None = None
    output: int | None = None
    total: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None  # of all lifetimes
    reasoning: int | None = None
    audio_input: int | None = None
    audio_output: int | None = None
    other: dict[str, int] = field(default_factory=dict)


def read_usage(raw: Mapping[str, Any]) -> Usage | None:
    """The usage object of any provider; None where no count of it is known.

    OpenAI (chat and responses) and all that copy it, Anthropic, Gemini, Groq, Mistral, Cohere, Bedrock, Ollama.
    """
    count = _count(raw.get("prompt_tokens", raw.get("input_tokens")))
    output = _count(raw.get("completion_tokens", raw.get("output_tokens")))
    return Usage(count, output) if (count, output) != (None, None) else None


def _count(value: object) -> int | None:
    """A whole number from zero to `MOST_COUNT`; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 0 <= value <= MOST_COUNT else None
