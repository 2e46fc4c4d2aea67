"""Langfuse's SDKs over OpenTelemetry: Python 3 to 5, JavaScript 4 and 5, and the older names that they still read.

Source: langfuse `packages/shared/src/server/otel/attributes.ts`, langfuse-python `langfuse/_client/attributes.py`.
One name stands for the model: the one that answered, or after a failure the one that was asked.
"""

import re
from collections.abc import Mapping

from clearspan.wire import Usage, read_usage
from clearspan_server.ingest.coerce import (
    nanoseconds,
    opened,
    strings,
    text,
    to_json,
    unwrapped,
    whole,
)
from clearspan_server.ingest.draft import Candidate, Draft, Value
from clearspan_server.ingest.normalise.fields import fill_cost, fill_text, fill_ttft, is_set
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.ingest.normalise.providers import provider_of_model
from clearspan_server.ingest.normalise.raw import fill_raw
from clearspan_server.model.span import Kind

NAME = "langfuse"

_OWN = "langfuse.observation."
_METADATA = f"{_OWN}metadata."
_KINDS: dict[str, Kind] = {
    "generation": "llm",
    "embedding": "embedding",
    "agent": "agent",
    "tool": "tool",
    "chain": "chain",
    "retriever": "retriever",
    "guardrail": "guardrail",
    "evaluator": "evaluator",
}
_TEXT = (
    ("session.id", "session_id"),
    ("langfuse.session.id", "session_id"),
    ("user.id", "user_id"),
    ("langfuse.user.id", "user_id"),
    ("langfuse.environment", "environment"),
    ("langfuse.release", "release"),
    ("langfuse.experiment.name", "experiment"),
    (f"{_OWN}prompt.name", "prompt_name"),
    (f"{_OWN}prompt.version", "prompt_version"),
)
_EMBEDDINGS = "OpenAI.embeddings"  # JavaScript's wrapper knows generations only
_DATED = re.compile(r"[-@:](?:(?:19|20)\d\d-\d\d|\d{8}|\d{6}|\d{4})(?![\d.])")
_DEFAULTED = frozenset(("temperature", "top_p", "frequency_penalty", "presence_penalty"))
_ERROR = 2  # OpenTelemetry's status code
_INPUT = ("input", "prompt_tokens", "input_tokens", "promptTokens")
_OUTPUT = ("output", "completion_tokens", "output_tokens", "completionTokens")
_TOTAL = ("total", "total_tokens", "totalTokens")
# The flat names of subsets, which are counted beside the input and the output.
_SUBSETS = {
    "input_cached_tokens": "cache_read",
    "input_cache_read": "cache_read",
    "cache_read_input_tokens": "cache_read",
    "input_cache_creation": "cache_write",
    "input_cache_write_tokens": "cache_write",
    "cache_creation_input_tokens": "cache_write",
    "input_audio_tokens": "audio_input",
    "input_audio": "audio_input",
    "output_reasoning_tokens": "reasoning",
    "output_reasoning": "reasoning",
    "output_audio_tokens": "audio_output",
    "output_audio": "audio_output",
}
_OF_TIER = re.compile(r"^(input|output)_(?:priority|flex)(?=_|$)")  # LangChain, of OpenAI
_BESIDE_TIER = ("input_flex", "output_flex")  # which Langfuse's handler takes out
_ANTHROPIC = ("cache_read_input_tokens", "cache_creation_input_tokens")
_LIFETIMES = ("input_ephemeral_5m_input_tokens", "input_ephemeral_1h_input_tokens")


def speaks(keys: Keys) -> bool:
    """Whether the span carries more of Langfuse than its internal marks, which other libraries' spans get too."""
    return any(not name.startswith("langfuse.internal.") for name in keys.under("langfuse."))


def fill(draft: Draft, keys: Keys) -> None:
    """Fill who and where, then kind, model, usage, content and error."""
    span, attributes = draft.span, draft.attributes
    fill_text(span, attributes, keys.hits(_TEXT))
    span.tags = span.tags or strings(
        attributes.get("langfuse.trace.tags", attributes.get("langfuse.tags"))
    )
    if keys.under(_OWN):
        _fill_observation(draft, keys)
    if not span.parent_id:
        fill_raw(draft, "langfuse.trace.input", "langfuse.trace.output")


def _fill_observation(draft: Draft, keys: Keys) -> None:
    span, attributes = draft.span, draft.attributes
    if span.kind == "other":
        span.kind = _KINDS.get(text(attributes.get(f"{_OWN}type")).lower(), "other")
        if span.kind == "llm" and span.name == _EMBEDDINGS:
            span.kind = "embedding"
    if text(attributes.get(f"{_OWN}level")).upper() == "ERROR":
        draft.otel_status = _ERROR  # JavaScript leaves it unset
        message = text(attributes.get(f"{_OWN}status_message"))
        span.error_message = span.error_message or message
    usage = opened(attributes.get(f"{_OWN}usage_details"))
    if isinstance(usage, dict):
        _note(draft, usage)
    costs = opened(attributes.get(f"{_OWN}cost_details"))
    if isinstance(costs, dict):
        _fill_cost(draft, costs)
    _fill_model(draft)
    _fill_parameters(draft)
    fill_raw(draft, f"{_OWN}input", f"{_OWN}output")
    if keys.under(_METADATA):
        _fill_from_metadata(draft)
    started_ns = nanoseconds(unwrapped(attributes.get(f"{_OWN}completion_start_time")))
    if started_ns is not None:
        fill_ttft(span, (started_ns - span.start_ns) / 1e9)
        span.streamed = True if span.streamed is None else span.streamed


def _fill_model(draft: Draft) -> None:
    span = draft.span
    name = text(draft.attributes.get(f"{_OWN}model.name"))
    if not name:
        return
    has_answered = span.end_ns is not None or f"{_OWN}output" in draft.attributes
    if draft.otel_status == _ERROR or not has_answered:
        span.request_model = span.request_model or name
    else:
        span.response_model = span.response_model or name
        if not span.request_model and not _DATED.search(name):
            span.request_model = name  # without a date it is the name that people ask for
    span.provider = span.provider or provider_of_model(name)
    if not span.provider and span.name.startswith("OpenAI"):
        span.provider = "openai"  # its wrapper names its spans so


def _fill_parameters(draft: Draft) -> None:
    span = draft.span
    held = opened(draft.attributes.get(f"{_OWN}model.parameters"))
    # Only the wrapper of OpenAI's client in Python keeps why a stream ended; it always writes these.
    draft.ends_untold = not (isinstance(held, dict) and held.keys() >= _DEFAULTED)
    if not isinstance(held, dict):
        return
    tier = text(held.pop("service_tier", None))
    span.service_tier = span.service_tier or ("" if tier == "auto" else tier)
    # "Infinity" and "inf" stand for a limit that nobody set.
    kept = {
        key: value
        for key, value in held.items()
        if is_set(value) and value not in ("Infinity", "inf")
    }
    if kept and not span.parameters:
        span.parameters = to_json(kept)


def _fill_from_metadata(draft: Draft) -> None:
    """What the wrapper of OpenAI's client keeps of the answer."""
    span = draft.span

    def said(name: str) -> Value:
        return unwrapped(draft.attributes.get(f"{_METADATA}{name}"))

    span.finish_reason = span.finish_reason or text(said("finish_reason"))
    if said("object") != "response":
        return  # an id of somebody else's
    span.response_id = span.response_id or text(said("id"))
    span.service_tier = span.service_tier or text(said("service_tier"))
    details = said("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else said("status")
    span.finish_reason = span.finish_reason or text(reason)


def _fill_cost(draft: Draft, costs: Mapping[str, Value]) -> None:
    total = costs.get("total")
    if total is None:
        parts = [part for part in costs.values() if isinstance(part, (int, float))]
        total = sum(parts) if parts else None
    fill_cost(draft.span, {"total": total}, (("total", "reported_cost"),))


def _note(draft: Draft, said: dict[str, Value]) -> None:
    """A provider's own object has its subsets nested and inside; Langfuse's own names are flat and beside."""
    if any(name.endswith("_details") and isinstance(value, dict) for name, value in said.items()):
        usage = read_usage(said)
    else:
        usage = _flat(said)
    if usage is not None:
        draft.usages.append(Candidate(usage))


def _flat(said: dict[str, Value]) -> Usage:
    usage = Usage(_first(said, _INPUT), _first(said, _OUTPUT), _first(said, _TOTAL))
    beside = {"input": 0, "output": 0}
    for told, value in said.items():
        count, name = whole(value), _OF_TIER.sub(r"\1", told)
        if count is not None and told in _BESIDE_TIER:
            beside[name] += count
            continue
        if count is None or name in (*_INPUT, *_OUTPUT, *_TOTAL, *_LIFETIMES):
            continue  # of `input_priority` too, which is inside
        field = _SUBSETS.get(name)
        if field is not None and getattr(usage, field) is None:
            setattr(usage, field, count)
        elif field is not None or not name.startswith(("input_", "output_")):
            continue  # the same again under another name, or a count of something else
        beside["output" if name.startswith("output_") else "input"] += count
    lifetimes = [whole(said.get(name)) or 0 for name in _LIFETIMES]
    if sum(lifetimes) > (usage.cache_write or 0):
        beside["input"] += sum(lifetimes) - (usage.cache_write or 0)
        usage.cache_write = sum(lifetimes)
    if lifetimes[1]:
        usage.other["cache_write_1h_tokens"] = lifetimes[1]
    if not _is_inclusive(usage, said, sum(beside.values())):
        usage.input = None if usage.input is None else usage.input + beside["input"]
        usage.output = None if usage.output is None else usage.output + beside["output"]
        if usage.input is not None and usage.output is not None and usage.total is not None:
            usage.total = max(usage.total, usage.input + usage.output)
    return usage


def _is_inclusive(usage: Usage, said: dict[str, Value], beside: int) -> bool:
    """Whether the total proves that the subsets are inside; Anthropic's own names are beside in any case."""
    if not beside or usage.total is None or any(name in said for name in _ANTHROPIC):
        return False
    return usage.total == (usage.input or 0) + (usage.output or 0)


def _first(said: dict[str, Value], names: tuple[str, ...]) -> int | None:
    return next((count for name in names if (count := whole(said.get(name))) is not None), None)
