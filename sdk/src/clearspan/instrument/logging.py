"""Trace and span ids in the records of the standard library's logging, and numbers out of them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from clearspan.errors import report
from clearspan.instrument.patching import is_patched, patch, unpatch
from clearspan.metrics import histogram
from clearspan.tracer import here

GROUP = "logging"


def instrument() -> None:
    """Gives every log record `clearspan_trace_id` and `clearspan_span_id`; "" outside of a trace.

    A number in `extra={"clearspan_value": …}` of a record that is handled goes into a histogram,
    named after `clearspan_name` beside it, else after the logger, with the unit `clearspan_unit`.

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
    patch(GROUP, logging.Logger, "handle", _handle)


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


def _handle(original: Callable[..., None]) -> Callable[..., None]:
    def handle(self: logging.Logger, record: logging.LogRecord) -> None:
        value = vars(record).get("clearspan_value")
        if isinstance(value, (int, float)) and is_patched(GROUP):
            _count(vars(record), value)
        original(self, record)

    return handle


def _count(told: dict[str, Any], value: float) -> None:
    try:
        name, unit = told.get("clearspan_name") or told["name"], told.get("clearspan_unit", "1")
        histogram(str(name), unit=str(unit)).record(value, level=told["levelname"])
    except Exception as error:  # noqa: BLE001  # the funnel: whatever stands in a record
        report(error, "counting a number of a log record")
