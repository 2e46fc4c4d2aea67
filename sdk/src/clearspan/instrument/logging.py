"""Trace and span ids in the records of the standard library's logging."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from clearspan.instrument.patching import patch, unpatch
from clearspan.tracer import here

GROUP = "logging"


def instrument() -> None:
    """Gives every log record `clearspan_trace_id` and `clearspan_span_id`; "" outside of a trace.

    Example:
        >>> import logging
        >>> from clearspan.instrument.logging import instrument, uninstrument
        >>> instrument()
        >>> pattern = "%(levelname)s %(clearspan_trace_id)s %(message)s"
        >>> logging.basicConfig(format=pattern)
        >>> uninstrument()
    """
    # What `logging.setLogRecordFactory` sets.
    patch(GROUP, logging, "_logRecordFactory", _factory)


def uninstrument() -> None:
    """Puts the former factory back; records keep the ids as long as somebody's factory calls ours."""
    unpatch(GROUP)


def _factory(former: Callable[..., Any]) -> Callable[..., logging.LogRecord]:
    def record_with_ids(*args: object, **kwargs: object) -> logging.LogRecord:
        record: logging.LogRecord = former(*args, **kwargs)
        place = here()
        record.clearspan_trace_id = place.trace_id
        record.clearspan_span_id = place.span_id
        return record

    return record_with_ids
