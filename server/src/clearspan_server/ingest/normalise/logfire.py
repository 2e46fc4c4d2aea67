"""Logfire's SDK, versions 4 and 5, beside the generative-AI names that it also speaks.

Source: logfire `logfire/_internal/constants.py` and `integrations/llm_providers`. A stream ends its span when the
first byte arrives; what came of it is told by a log of no length, `streaming response from … took …`.
"""

from clearspan.wire import read_usage
from clearspan_server.ingest.coerce import number, opened, strings, text
from clearspan_server.ingest.draft import Candidate, Draft
from clearspan_server.ingest.normalise.fields import fill_cost, set_input, set_output
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.ingest.normalise.messages import canonical
from clearspan_server.ingest.normalise.providers import provider_of_model
from clearspan_server.ingest.normalise.raw import fill_raw
from clearspan_server.model.messages import Message
from clearspan_server.model.span import Kind

NAME = "logfire"

_COST = (("operation.cost", "reported_cost"),)
_ERROR_LEVEL = 17
_ERROR = 2  # OpenTelemetry's status code
_SCRUBBED = "[Scrubbed due to "
_STREAM = "streaming response from "
_RECORDED_TWICE = ("anthropic",)  # whose own SDK records its calls too
# Of version 4, which tells no operation: how the templates of its spans begin.
_CALLS: tuple[tuple[str, Kind, str], ...] = (
    ("Chat Completion with", "llm", "chat"),
    ("Responses API with", "llm", "chat"),
    ("Message with", "llm", "chat"),
    (_STREAM, "llm", "chat"),
    ("Completion with", "llm", "text_completion"),
    ("Embedding Creation with", "embedding", "embeddings"),
)


def speaks(keys: Keys) -> bool:
    """Whether any attribute is Logfire's."""
    return bool(keys.under("logfire."))


def fill(draft: Draft, keys: Keys) -> None:
    """Fill the name to show, kind, usage from the provider's own object, content of version 4, tags and level."""
    span, attributes = draft.span, draft.attributes
    message = text(attributes.get("logfire.msg"))
    template = text(attributes.get("logfire.msg_template")) or span.name
    span.name = message or span.name
    is_told = "request_data" in keys or "events" in keys  # version 4 tells of its calls by these
    if is_told and not span.operation:
        kind, operation = _call(template)
        span.kind = kind if span.kind == "other" else span.kind
        span.operation = operation if span.kind == kind else ""
    span.tags = span.tags or [
        tag for tag in strings(attributes.get("logfire.tags")) if tag != "LLM"
    ]
    session = text(attributes.get("session_id"))
    if not span.session_id and not session.startswith(_SCRUBBED):
        span.session_id = session
    fill_cost(span, attributes, keys.hits(_COST))
    is_echo = template.startswith(_STREAM)
    if is_echo:
        span.streamed = True
    raw = opened(attributes.get("gen_ai.usage.raw"))
    usage = read_usage(raw) if isinstance(raw, dict) else None
    if usage is not None:
        draft.usages.append(Candidate(usage))
    if is_told and span.kind in ("llm", "embedding"):
        _fill_from_data(draft)
        if span.streamed and not is_echo and "response_data" not in keys:
            span.streamed = None  # the log tells of the stream; this span ends with the first byte
    is_call = span.streamed and span.response_id
    if (is_echo or is_call) and span.provider in _RECORDED_TWICE:
        span.call_key = f"stream of {span.response_model or span.request_model}"
    level = number(attributes.get("logfire.level_num"))
    if level is not None and level >= _ERROR_LEVEL:
        draft.otel_status = _ERROR
        if attributes.get("logfire.span_type") == "log" and not draft.events:
            span.error_message = span.error_message or message


def _call(template: str) -> tuple[Kind, str]:
    for start, kind, operation in _CALLS:
        if template.startswith(start):
            return kind, operation
    return "other", ""


def _fill_from_data(draft: Draft) -> None:
    """Version 4: the provider's request, and of its answer the message and the usage."""
    span, attributes = draft.span, draft.attributes
    if "events" in attributes and not span.input:
        _fill_from_events(draft)
    asked = opened(attributes.get("request_data"))
    if isinstance(asked, dict):
        span.request_model = span.request_model or text(asked.get("model"))
        if "messages" in asked or "input" in asked:
            fill_raw(draft, "request_data", "response_data")
        elif "response_data" in attributes:
            fill_raw(draft, "", "response_data")
    answered = opened(attributes.get("response_data"))
    raw = answered.get("usage") if isinstance(answered, dict) else None
    usage = read_usage(raw) if isinstance(raw, dict) else None
    if usage is not None:
        draft.usages.append(Candidate(usage))
    if isinstance(answered, dict):
        draft.ends_untold = True  # no finish reason of any call
    span.provider = span.provider or provider_of_model(span.response_model or span.request_model)


def _fill_from_events(draft: Draft) -> None:
    """Version 4, Responses: messages as events, of which the last choice is the answer."""
    held = opened(draft.attributes["events"])
    given: list[Message] = []
    got: list[Message] = []
    for event in held if isinstance(held, list) else []:
        if not isinstance(event, dict):
            continue
        inner = event.get("message")
        found = canonical(inner if isinstance(inner, dict) else event)
        if found:
            (got if event.get("event.name") == "gen_ai.choice" else given).extend(found)
    if not got and given and given[-1]["role"] == "assistant":
        got = [given.pop()]
    if given:
        set_input(draft, given)
    if got and not draft.span.output:
        set_output(draft, got)
