"""Joins a trace of OpenTelemetry, in programs that use that library."""

import sys

from clearspan.errors import report


def otel_ids() -> tuple[str, str] | None:
    """Trace and span id of OpenTelemetry's active span.

    The library is looked up and never imported: only a program that uses it can have such a span.
    """
    context = sys.modules.get("opentelemetry.context")
    if context is None:
        return None
    try:
        # Asked first, because this is on the way of every span that has no parent.
        library = sys.modules.get("opentelemetry.trace") if context.get_current() else None
        if library is None:
            return None
        span = library.get_current_span().get_span_context()
        return (f"{span.trace_id:032x}", f"{span.span_id:016x}") if span.is_valid else None
    except Exception as error:  # noqa: BLE001  # the funnel: it may be half imported
        report(error, "looking for an OpenTelemetry span")
        return None
