"""OpenLIT: OpenTelemetry's names, with habits of its own.

Source: openlit Python SDK 1.45. It sends defaults for parameters that nobody set, counts Anthropic's cached tokens
beside the input, puts lists where a part's text belongs, and a cost of 0 where it has no price.
"""

from clearspan_server.ingest.coerce import number, strings, text, to_json, truth
from clearspan_server.ingest.draft import Draft, Value
from clearspan_server.ingest.normalise.fields import (
    fill_ttft,
    note_usage,
    request_parameters,
    set_input,
    set_output,
    set_value,
)
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.ingest.normalise.messages import canonical, parts
from clearspan_server.model.messages import Message

NAME = "openlit"

_SIGNS = ("telemetry.sdk.name", "openlit.agent.version_hash", "function.args", "function.kwargs")
_SCOPE = "openlit"
_FINISH = "gen_ai.response.finish_reasons"
_EXCLUSIVE_SCOPES = ("openlit.instrumentation.anthropic", "openlit.instrumentation.bedrock")
_USAGE = (
    ("gen_ai.usage.input_tokens", "input"),
    ("gen_ai.usage.output_tokens", "output"),
    ("gen_ai.usage.cache_read.input_tokens", "cache_read"),
    ("gen_ai.usage.cache_read_input_tokens", "cache_read"),
    ("gen_ai.usage.cache_creation.input_tokens", "cache_write"),
    ("gen_ai.usage.cache_creation_input_tokens", "cache_write"),
    ("gen_ai.usage.reasoning_tokens", "reasoning"),
)
# What it sends where nothing was set, and what would be wrong if it were read as set. Its other defaults
# (temperature 1, top_p 1, penalties 0) are the providers' own, and so true either way.
_INJECTED: dict[str, Value] = {"seed": 0, "top_k": 1, "max_tokens": -1}


def speaks(keys: Keys) -> bool:
    """Whether the span may come from OpenLIT; `fill` looks closer."""
    return keys.has_any(_SIGNS)


def fill(draft: Draft, keys: Keys) -> None:
    """Fill what its habits would make wrong; the rest is OpenTelemetry's."""
    span, attributes = draft.span, draft.attributes
    if not draft.origin.scope_name.startswith(_SCOPE):
        return
    span.dialect = span.dialect or NAME
    if draft.origin.scope_name.startswith(_EXCLUSIVE_SCOPES):
        note_usage(draft, keys.hits(_USAGE), is_exclusive=True)
    streamed = truth(attributes.get("gen_ai.request.stream"))
    if streamed is None:
        streamed = truth(attributes.get("gen_ai.request.is_stream"))
    if streamed:
        # Without a stream it says here how long the call took.
        fill_ttft(span, number(attributes.get("gen_ai.server.time_to_first_token")))
    if not span.parameters:
        _fill_parameters(draft, keys)
    if span.kind == "other" and keys.has_any(("function.args", "function.kwargs")):
        span.kind = "chain"
    _fill_content(draft, keys)


def _fill_parameters(draft: Draft, keys: Keys) -> None:
    given = request_parameters(draft.attributes, keys)
    kept = {name: value for name, value in given.items() if _INJECTED.get(name) != value}
    if kept:
        draft.span.parameters = to_json(kept)


def _fill_content(draft: Draft, keys: Keys) -> None:
    span, attributes = draft.span, draft.attributes
    for side, setter in (("input", set_input), ("output", set_output)):
        key = f"gen_ai.{side}.messages"
        if key not in keys or getattr(span, side):
            continue
        found = canonical(attributes[key])
        if found is None:
            set_value(draft, side, key, attributes[key])
        elif _has_list(found):
            setter(draft, [_flat(message) for message in found])
    said = text(attributes.get("gen_ai.output.messages"))
    if strings(attributes.get(_FINISH)) == ["completed"] and '"tool_call"' in said:
        span.finish_reason = span.finish_reason or "tool_call"  # OpenAI's responses only end
    if span.kind == "chain":
        set_value(draft, "input", "function.args", attributes.get("function.args"))


def _has_list(found: list[Message]) -> bool:
    return any(
        isinstance(part, dict) and isinstance(part.get("content"), list)
        for message in found
        for part in message["parts"]
    )


def _flat(message: Message) -> Message:
    """The message with the parts of a part in its place."""
    flat: list[Message] = []
    for part in message["parts"]:
        held = part.get("content") if isinstance(part, dict) else None
        flat += parts(held) if isinstance(held, list) else [part]
    return {**message, "parts": flat}
