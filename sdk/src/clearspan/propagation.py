"""The current place: its ids, and how it travels in headers of W3C Trace Context and Baggage.

The formats: https://www.w3.org/TR/trace-context/ and https://www.w3.org/TR/baggage/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping

from clearspan.baggage import unpacked
from clearspan.errors import report
from clearspan.tracer import Scope, Span, around, here

MAX_TRACESTATE_CHARS = 512
MAX_BAGGAGE_CHARS = 8_192

# A later version may have more fields; version ff and ids of zeros are invalid.
TRACEPARENT = re.compile(
    r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?"
)


def traceparent() -> str | None:
    """The value of the `traceparent` header for an outgoing request; None outside of any trace."""
    place = here()
    return f"00-{place.trace_id}-{place.span_id}-01" if place.span_id else None


def inject(headers: MutableMapping[str, str]) -> None:
    """Adds `traceparent`, `tracestate` as received, and `baggage` to outgoing headers.

    The baggage is what was received, with what `context(propagate=True)` has added.

    Example:
        >>> import clearspan
        >>> headers: dict[str, str] = {}
        >>> with clearspan.span("call the other service"):
        ...     clearspan.inject(headers)
        >>> len(headers["traceparent"])
        55
    """
    carried = here().carried
    names = ("traceparent", "tracestate", "baggage")
    for name, value in zip(
        names, (traceparent(), carried.tracestate, carried.baggage), strict=True
    ):
        if value:
            headers[name] = value


def extract(headers: Mapping[str, str]) -> Scope:
    """The place from which a request came; spans in its `with` block continue that trace.

    Without a valid `traceparent` they continue what is current, which is nothing in a server.
    Facts that the caller passed on with `context(propagate=True)` belong to these spans, too.

    Args:
        headers: of the incoming request; upper and lower case do not matter.

    Example:
        >>> import clearspan
        >>> parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        >>> with clearspan.extract({"traceparent": parent}):
        ...     with clearspan.span("handle") as span:
        ...         span.trace_id
        '0af7651916cd43dd8448eb211c80319c'
    """
    try:
        found = {str(name).lower(): str(value).strip() for name, value in headers.items()}
    except Exception as error:  # noqa: BLE001  # the funnel: another library's headers
        report(error, "reading headers")
        found = {}
    place = here()
    baggage = _sendable(found.get("baggage", ""))[:MAX_BAGGAGE_CHARS]
    former = place.carried
    carried = former._replace(baggage=baggage, facts={**unpacked(baggage), **former.facts})
    parent = TRACEPARENT.fullmatch(found.get("traceparent", ""))
    if parent is None or (parent[1] == "00" and parent[4]):
        return Scope(place.trace_id, place.span_id, carried, is_remote=place.is_remote)
    tracestate = _sendable(found.get("tracestate", ""))
    if len(tracestate) <= MAX_TRACESTATE_CHARS:
        carried = carried._replace(tracestate=tracestate)
    return Scope(parent[2], parent[3], carried, is_remote=True)


def _sendable(value: str) -> str:
    """``value``, unless it could not be a header of the next request, or would be two."""
    return value if value.isascii() and value.isprintable() else ""


def current_span() -> Span | None:
    """The innermost span whose `with` block, or traced function, is being executed."""
    place = here()
    inner: Scope | Span | None = place
    while isinstance(inner, Scope):
        inner = around(inner)
    return inner if inner and inner.span_id == place.span_id else None


def current_trace_id() -> str | None:
    """The trace that a span started here would belong to, as 32 hexadecimal digits."""
    return here().trace_id or None


def current_span_id() -> str | None:
    """The span that a span started here would have as its parent, as 16 hexadecimal digits."""
    return here().span_id or None
