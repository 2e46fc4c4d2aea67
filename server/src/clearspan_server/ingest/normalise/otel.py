"""Plain OpenTelemetry: resource, user, session, status, exceptions, HTTP and databases. Every span has some of it."""

from clearspan_server.ingest.coerce import strings, text
from clearspan_server.ingest.draft import Draft
from clearspan_server.ingest.normalise.errors import error_class, is_cancellation
from clearspan_server.ingest.normalise.fields import fill_text
from clearspan_server.ingest.normalise.keys import Keys

NAME = "otel"

_TEXT = (
    ("session.id", "session_id"),
    ("user.id", "user_id"),
    ("enduser.id", "user_id"),
    ("error.type", "error_type"),
    ("deployment.environment.name", "environment"),
    ("deployment.environment", "environment"),
)
_RESOURCE = (
    ("service.name", "service"),
    ("service.version", "service_version"),
    ("service.version", "release"),
    ("service.instance.id", "process"),
    ("deployment.environment.name", "environment"),
    ("deployment.environment", "environment"),
)
_HTTP = ("http.request.method", "http.method", "http.route", "url.full")
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
    if span.kind == "other":
        if keys.has_any(_DB):
            span.kind = "db"
        elif keys.has_any(_HTTP):
            span.kind = "http"
    _fill_status(draft)


def _fill_status(draft: Draft) -> None:
    span = draft.span
    raised = [event for event in draft.events if event.name == "exception"]
    if raised:
        last = raised[-1].attributes
        span.error_type = span.error_type or text(last.get("exception.type"))
        span.error_message = span.error_message or text(last.get("exception.message"))
        span.error_stack = span.error_stack or text(last.get("exception.stacktrace"))
    if span.end_ns is None:
        span.status = "open"
    elif span.status == "ok" and is_cancellation(span.error_type, span.error_message):
        span.status = "cancelled"
    elif span.status == "ok" and (draft.otel_status == 2 or raised):
        # An exception on a span that nobody marked as failed is still an error.
        span.status = "error"
    if span.status in ("error", "cancelled"):
        span.error_class = error_class(span.error_type, span.error_message)
    elif not raised and draft.otel_status != 2:
        span.error_message = ""  # a status message without an error is no error
