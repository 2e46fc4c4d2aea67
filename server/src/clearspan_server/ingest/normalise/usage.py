"""Which usage a span has, of all that its attributes say of it.

Conventions repeat a call's usage in several forms, some with cached tokens inside the input and some beside it.
Dialects note each as a candidate, in their order; the first that knows input or output wins, in inclusive form, and
the others only complete it, where they speak of the same call.
"""

from dataclasses import fields

from clearspan.wire import Usage
from clearspan_server.ingest.draft import Candidate
from clearspan_server.model.span import Span

_FIELDS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "total": "total_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write": "cache_write_tokens",
    "reasoning": "reasoning_tokens",
    "audio_input": "audio_input_tokens",
    "audio_output": "audio_output_tokens",
}
_DETAILS = tuple(one.name for one in fields(Usage) if one.name not in ("input", "output", "other"))


def settle(span: Span, candidates: list[Candidate]) -> None:
    """Write the usage that the candidates agree on to the span; without any it stays unknown."""
    known = [one for one in candidates if (one.usage.input, one.usage.output) != (None, None)]
    if not known or span.usage_source:
        return
    chosen = known[0]
    said = {chosen.usage.input}
    usage = inclusive(chosen)
    said.add(usage.input)
    for other in known[1:]:
        if other.usage.input in said or inclusive(other).input in said:
            _complete(usage, inclusive(other))
    if usage.total is None and usage.input is not None and usage.output is not None:
        usage.total = usage.input + usage.output
    for name, field in _FIELDS.items():
        setattr(span, field, getattr(usage, name))
    span.usage_other = usage.other
    span.usage_source = "provider"


def inclusive(candidate: Candidate) -> Usage:
    """The usage with cached tokens inside the input and reasoning inside the output.

    More cached tokens than input, or more reasoning than output, prove that they were counted beside it; so does a
    total that only adds up with the reasoning.
    """
    usage = candidate.usage
    reasoning = usage.reasoning or 0
    known = (usage.input or 0) + (usage.output or 0)
    is_beside = reasoning > 0 and usage.total == known + reasoning
    cached = (usage.cache_read or 0) + (usage.cache_write or 0)
    if usage.input is not None and (candidate.is_exclusive or cached > usage.input):
        usage.input += cached
    candidate.is_exclusive = False
    if usage.output is not None and (is_beside or reasoning > usage.output):
        usage.output += reasoning
    return usage


def _complete(usage: Usage, other: Usage) -> None:
    if usage.output is None:
        usage.output = other.output
    for name in _DETAILS:
        if getattr(usage, name) is None:
            setattr(usage, name, getattr(other, name))
    usage.other = {**other.other, **usage.other}
