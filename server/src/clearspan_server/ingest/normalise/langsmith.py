"""LangSmith's OpenTelemetry exporter, which speaks the generative-AI names beside its own.

Source: langsmith-sdk `python/langsmith/_internal/otel/_otel_exporter.py`. Errors arrive as a plain `Exception` with
the real one in the message, also where the status is OK; a reader who stopped reading is a `GeneratorExit`.
"""

import re

from clearspan.wire import Usage
from clearspan_server.ingest.coerce import opened, text, to_json, truth, whole
from clearspan_server.ingest.draft import Candidate, Draft, Value
from clearspan_server.ingest.normalise.fields import fill_cost, fill_text, is_set, ttft_from_event
from clearspan_server.ingest.normalise.keys import Keys, Pairs
from clearspan_server.ingest.normalise.providers import provider_of_model
from clearspan_server.ingest.normalise.raw import fill_raw
from clearspan_server.model.span import Kind

NAME = "langsmith"

_KINDS: dict[str, Kind] = {
    "llm": "llm",
    "chain": "chain",
    "tool": "tool",
    "retriever": "retriever",
    "embedding": "embedding",
    "prompt": "chain",
    "parser": "chain",
}
# It calls a retrieval `embeddings`.
_OPERATIONS: dict[Kind, str] = {"retriever": "retrieval", "chain": "chain"}
_METADATA = "langsmith.metadata."
_TEXT = (
    (f"{_METADATA}ls_provider", "provider"),
    (f"{_METADATA}ls_model_name", "request_model"),
    (f"{_METADATA}user_id", "user_id"),
    (f"{_METADATA}session_id", "session_id"),
    (f"{_METADATA}thread_id", "session_id"),
    (f"{_METADATA}conversation_id", "session_id"),
    ("langsmith.trace.session_id", "session_id"),
)
_PARAMETERS = (
    (f"{_METADATA}ls_temperature", "temperature"),
    (f"{_METADATA}ls_max_tokens", "max_tokens"),
    (f"{_METADATA}ls_stop", "stop"),
)
_DETAILS = (
    ("cache_read", "cache_read"),
    ("priority_cache_read", "cache_read"),
    ("flex_cache_read", "cache_read"),
    ("cache_creation", "cache_write"),
    ("audio", "audio_input"),
)
_OUTPUT_DETAILS = (
    ("reasoning", "reasoning"),
    ("priority_reasoning", "reasoning"),
    ("flex_reasoning", "reasoning"),
    ("audio", "audio_output"),
)
_RAISED = re.compile(r"(?P<type>[A-Za-z_][\w.]*)\((?P<said>.*?)\)(?:\n|$)", re.DOTALL)
_QUOTES = "'\""


def speaks(keys: Keys) -> bool:
    """Whether any attribute is LangSmith's."""
    return bool(keys.under("langsmith."))


def fill(draft: Draft, keys: Keys) -> None:
    """Fill kind, provider, who, usage with its details, the content of tools and retrievals, and the real error."""
    span, attributes = draft.span, draft.attributes
    if span.kind == "other":
        kind = text(attributes.get("langsmith.span.kind")).lower()
        span.kind = _KINDS.get(kind, "other")
    span.operation = span.operation or _OPERATIONS.get(span.kind, "")
    fill_text(span, attributes, keys.hits(_TEXT))
    if not span.provider and attributes.get("gen_ai.system") == "langchain":
        span.provider = provider_of_model(text(attributes.get("gen_ai.request.model")))
    tags = text(attributes.get("langsmith.span.tags"))
    span.tags = span.tags or [tag for one in tags.split(",") if (tag := one.strip())]
    if span.streamed is None:
        span.streamed = truth(attributes.get("langsmith.request.streaming"))
    _note(draft)
    _fill_parameters(draft, keys)
    if span.kind != "other":
        fill_raw(draft, "gen_ai.prompt", "gen_ai.completion")
    if draft.events:
        ttft_from_event(draft, ("new_token",))
        _fill_error(draft)


def _note(draft: Draft) -> None:
    """LangChain's form of usage: cached tokens inside the input; details also as Python prints them."""
    attributes = draft.attributes
    held = opened(attributes.get(f"{_METADATA}usage_metadata"))
    said = held if isinstance(held, dict) else {}

    def counted(name: str) -> int | None:
        return whole(said.get(name, attributes.get(f"gen_ai.usage.{name}")))

    usage = Usage(counted("input_tokens"), counted("output_tokens"), counted("total_tokens"))
    given = _details(said.get("input_token_details"), attributes, "input_token_details")
    _set_first(usage, _DETAILS, given)
    lifetimes = [whole(given.get(f"ephemeral_{one}_input_tokens")) or 0 for one in ("5m", "1h")]
    if sum(lifetimes) > (usage.cache_write or 0):
        usage.cache_write = sum(lifetimes)
    if lifetimes[1]:
        usage.other["cache_write_1h_tokens"] = lifetimes[1]
    got = _details(said.get("output_token_details"), attributes, "output_token_details")
    _set_first(usage, _OUTPUT_DETAILS, got)
    if (usage.input, usage.output) != (None, None):
        draft.usages.append(Candidate(usage))
    fill_cost(draft.span, said, (("total_cost", "reported_cost"),))


def _set_first(usage: Usage, names: Pairs, said: dict[str, Value]) -> None:
    """Each field from the first of its names that has a count."""
    for key, field in names:
        if getattr(usage, field) is None:
            setattr(usage, field, whole(said.get(key)))


def _details(held: Value, attributes: dict[str, Value], name: str) -> dict[str, Value]:
    if not isinstance(held, dict):
        printed = attributes.get(f"gen_ai.usage.{name}")
        held = opened(printed.replace("'", '"')) if isinstance(printed, str) else printed
    return held if isinstance(held, dict) else {}


def _fill_parameters(draft: Draft, keys: Keys) -> None:
    held = opened(draft.attributes.get(f"{_METADATA}ls_invocation_params"))
    parameters = (
        {key: one for key, one in held.items() if key != "user"} if isinstance(held, dict) else {}
    )
    for key, name in keys.hits(_PARAMETERS):
        parameters[name] = opened(draft.attributes[key])
    kept = {key: one for key, one in parameters.items() if is_set(one)}
    if kept and not draft.span.parameters:
        draft.span.parameters = to_json(kept)


def _fill_error(draft: Draft) -> None:
    """The exception inside the message of the plain one."""
    span = draft.span
    raised = [event.attributes for event in draft.events if event.name == "exception"]
    if not raised or raised[-1].get("exception.type") != "Exception":
        return
    found = _RAISED.match(text(raised[-1].get("exception.message")))
    if found:
        span.error_type = span.error_type or found["type"]
        said = found["said"]
        if said[:1] in _QUOTES and said[:1] == said[-1:]:
            said = said[1:-1]
        # No words of its own: its name is the message.
        span.error_message = span.error_message or said or found["type"]
