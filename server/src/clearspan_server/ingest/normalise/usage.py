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
_LIFETIMES = ("cache_write_5m_tokens", "cache_write_1h_tokens")
_DETAILS = tuple(one.name for one in fields(Usage) if one.name not in ("input", "output", "other"))


def settle(span: Span, candidates: list[Candidate]) -> None:
    """Write the usage that the candidates agree on to the span; without any it stays unknown.

    A total beyond input and output is kept: nobody knows what the rest was, but it was used.
    """
    known = [one for one in candidates if (one.usage.input, one.usage.output) != (None, None)]
    if not known or span.usage_source:
        return
    # Some write zeros for what they never learned.
    chosen = next((one for one in known if one.usage.input or one.usage.output), known[0])
    stated = chosen.usage.input
    usage = inclusive(chosen)
    for other in known:
        if other is not chosen:
            _compare(usage, stated, other)
    lifetimes = sum(usage.other.get(name, 0) for name in _LIFETIMES)
    if lifetimes > (usage.cache_write or 0):
        usage.cache_write = lifetimes
    usage = inclusive(Candidate(usage))  # what the others added may prove what was beside
    if usage.input is not None and usage.output is not None:
        usage.total = max(usage.total or 0, usage.input + usage.output)
    for name, field in _FIELDS.items():
        setattr(span, field, getattr(usage, name))
    span.usage_other = usage.other
    span.usage_source = "provider"


def _compare(usage: Usage, stated: int | None, other: Candidate) -> None:
    """Complete the usage, whose input was `stated` before it was inclusive, by what speaks of the same call."""
    other_stated = other.usage.input
    found = inclusive(other)
    cached = (found.cache_read or 0) + (found.cache_write or 0)
    if usage.input is None:
        if usage.output != found.output:
            return
        usage.input = found.input
    elif found.input is None:
        return
    elif found.input != usage.input:
        if cached and found.input - cached == stated:
            # What was chosen counts without the cache, and does not say so.
            usage.input, usage.total = found.input, None
        elif other_stated not in (stated, usage.input):
            return
    _complete(usage, found)


def inclusive(candidate: Candidate) -> Usage:
    """The usage with cached tokens inside the input and reasoning inside the output.

    More cached tokens than input, or more reasoning than output, prove that they were counted beside it; so does a
    total that only adds up with them.
    """
    usage = candidate.usage
    reasoning = usage.reasoning or 0
    known = (usage.input or 0) + (usage.output or 0)
    is_beside = reasoning > 0 and usage.total == known + reasoning
    cached = (usage.cache_read or 0) + (usage.cache_write or 0)
    is_cache_beside = cached > 0 and usage.total in (known + cached, known + cached + reasoning)
    is_beside = is_beside or (is_cache_beside and usage.total != known + cached)
    if usage.input is not None and (
        candidate.is_exclusive or is_cache_beside or cached > usage.input
    ):
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
