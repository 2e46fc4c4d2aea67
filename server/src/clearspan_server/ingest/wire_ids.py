"""Ids and times of OTLP records: what is taken, what is not and why."""

from typing import Any

FIRST_NS = 946_684_800_000_000_000  # the year 2000: what lies before was sent in another unit, or by no clock
LAST_NS = 4_102_444_800_000_000_000  # the year 2100: the engine's minutes end a little later
MOST_AHEAD_NS = 24 * 3600 * 10**9  # of our clock: a time further on is marked
NO_TRACE, NO_SPAN = "0" * 32, "0" * 16
_SHOWN_CHARS = 80  # of a sender's text in a reason


def hexadecimal(value: Any) -> str:  # noqa: ANN401 - foreign JSON enters here
    """An id from OTLP/JSON in lower case, "" where there is none.

    Raises:
        ValueError: it is no hex.
    """
    text = str(value or "").lower()
    # fromhex alone would let spaces pass, and isalnum alone every alphabet.
    if text and not (text.isalnum() and _is_hex(text)):
        raise ValueError(f"the id {shown(text)} is not hex")
    return text


def _is_hex(text: str) -> bool:
    try:
        bytes.fromhex(text)
    except ValueError:
        return False
    return True


def wrong_ids(trace_id: str, span_id: str, parent_id: str) -> str:
    """What is wrong with the ids of a span; "" where nothing is."""
    if len(trace_id) != 32 or trace_id == NO_TRACE:
        return f"trace id {shown(trace_id)} is not 16 bytes, not all zero"
    if len(span_id) != 16 or span_id == NO_SPAN:
        return f"span id {shown(span_id)} is not 8 bytes, not all zero"
    if parent_id and len(parent_id) != 16:
        return f"parent span id {shown(parent_id)} is not 8 bytes"
    return ""


def shown(text: str) -> str:
    """A sender's text as a reason quotes it, which every reader of logs must be able to bear."""
    return repr(text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…")


def clamped(at_ns: int) -> int:
    """A time that only orders things (of an event, of an exemplar), within what the engine holds."""
    return min(max(at_ns, 0), LAST_NS)
