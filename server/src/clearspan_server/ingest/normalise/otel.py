"""Plain OpenTelemetry: resource, user, session, status, exceptions, HTTP and databases. Every span has some of it."""

from clearspan_server.ingest.coerce import strings, text, to_json
from clearspan_server.ingest.draft import Draft, Event
from clearspan_server.ingest.normalise.errors import error_class, is_cancellation
from clearspan_server.ingest.normalise.fields import fill_text
from clearspan_server.ingest.normalise.keys import Keys
from clearspan_server.ingest.normalise.otel_genai import KIND_OF_OPERATION

NAME = "otel"

_TEXT = (
    ("session.id", "session_id"),
    ("user.id", "user_id"),
    ("enduser.id", "user_id"),
    ("error.type", "error_type"),
    ("exception.type", "error_type"),
    ("error.message", "error_message"),
    ("exception.message", "error_message"),
    ("exception.stacktrace", "error_stack"),
    ("deployment.environment.name", "environment"),
    ("deployment.environment", "environment"),
)
_RESOURCE = (
    ("service.name", "service"),
    ("service.version", "service_version"),
    ("langfuse.release", "release"),
    ("service.version", "release"),
    ("service.instance.id", "process"),
    ("langfuse.environment", "environment"),
    ("deployment.environment.name", "environment"),
    ("deployment.environment", "environment"),
)
_HTTP = ("http.request.method", "http.method", "http.route", "url.full")
_BARE_SCOPES = ("openlit.instrumentation.",)  # leave a failed call without any attribute
_HTTP_STATUS = ("http.response.status_code", "http.status_code")
_FIRST_TOKENS = 8
_ERROR = 2  # OpenTelemetry's status code
# The finish reason of Vercel's AI SDK where the provider's stream stopped without its last word.
_AI_SDK_SCOPES = ("ai", "gen_ai")
_BROKEN = ("interrupted", "error")  # all that Vercel's AI SDK says of a stream that failed
_DB = ("db.system.name", "db.system", "db.query.text", "db.statement")


def speaks(keys: Keys) -> bool:  # noqa: ARG001 - every span is an OpenTelemetry span
    """Always: this is the floor."""
    return True


def fill(draft: Draft, keys: Keys) -> None:
    """Fill who and where, then the status."""
    span, attributes = draft.span, draft.attributes
    fill_text(span, attributes, keys.hits(_TEXT))
    fill_text(span, draft.origin.resource, _RESOURCE)
    span.tags = span.tags or strings(attributes.get("tags"))
    if draft.origin.scope_name.startswith(_BARE_SCOPES) and not keys.under("gen_ai."):
        _fill_from_name(draft)
    if span.kind == "other":
        if keys.has_any(_DB):
            span.kind = "db"
        elif keys.has_any(_HTTP):
            span.kind = "http"
    _fill_status(draft)


def _fill_from_name(draft: Draft) -> None:
    """A call whose name is all that is left of it: `{operation} {model}`, as OpenTelemetry wants it."""
    span = draft.span
    operation, _, model = span.name.partition(" ")
    if operation in KIND_OF_OPERATION and span.kind == "other":
        span.kind, span.operation = KIND_OF_OPERATION[operation], operation
        span.request_model = span.request_model or model
        span.provider = span.provider or draft.origin.scope_name.rpartition(".")[2]


def _fill_status(draft: Draft) -> None:
    span = draft.span
    failed = _has_failed(draft)
    told = bool(span.error_type or span.error_message)
    if span.end_ns is None:
        span.status = "open"
    elif span.status == "ok" and told and is_cancellation(span.error_type, span.error_message):
        span.status = "cancelled"
    elif span.status == "ok" and failed:
        # An exception on a span that nobody marked as failed is still an error.
        span.status = "error"
    elif span.status == "ok" and _is_cut_short(draft):
        span.status = "cancelled"
    if span.status in ("error", "cancelled"):
        span.error_class = error_class(span.error_type, span.error_message)
        if span.status == "cancelled":
            span.error_class = "cancelled"
    elif not failed:
        span.error_message = ""  # a status message without an error is no error
    if span.status == "error" and span.error_class == "other" and not span.error_type:
        said = [text(draft.attributes.get(key)) for key in _HTTP_STATUS]
        span.error_class = error_class("".join(said), "")


def _has_failed(draft: Draft) -> bool:
    """Whether the span tells of an error; what it raised fills what is not known of it yet."""
    span = draft.span
    raised = _raised(draft)
    if raised:
        last = raised[-1].attributes
        span.error_type = span.error_type or text(last.get("exception.type"))
        span.error_message = span.error_message or text(last.get("exception.message"))
        span.error_stack = span.error_stack or text(last.get("exception.stacktrace"))
    if span.finish_reason in _BROKEN and draft.origin.scope_name in _AI_SDK_SCOPES:
        span.error_type = span.error_type or span.finish_reason
        return True
    return draft.otel_status == _ERROR or bool(raised)


def _raised(draft: Draft) -> list[Event]:
    """The exceptions of the span; one that was recorded twice stays once."""
    if not any(event.name == "exception" for event in draft.events):
        return []
    raised: dict[str, Event] = {}
    kept: list[Event] = []
    for event in draft.events:
        if event.name == "exception":
            said = to_json(event.attributes)
            if said in raised:
                continue
            raised[said] = event
        kept.append(event)
    draft.events = kept
    return list(raised.values())


def _is_cut_short(draft: Draft) -> bool:
    """A stream whose end never came: most clients end such a span as if nothing were wrong."""
    span = draft.span
    if draft.is_whole or span.kind not in ("llm", "agent", "chain"):
        return False
    if span.finish_reason:
        return span.kind == "llm" and span.finish_reason == "error"
    is_streamed = span.streamed or (span.streamed is None and span.ttft_ns is not None)
    if not is_streamed or (draft.ends_untold and span.output):
        return False
    said = [one.usage.output for one in draft.usages if one.usage.input is not None]
    outputs = [count for count in said if count is not None]
    # Anthropic's streams begin with the input and the first few tokens of the output.
    most = _FIRST_TOKENS if span.provider == "anthropic" else -1
    return not said or (most >= 0 and all(count <= most for count in outputs))
