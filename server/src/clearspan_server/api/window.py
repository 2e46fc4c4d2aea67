"""The window of a question: `from` and `to`, as moments or counted back from now, and what holds without them."""

import re
import time
from datetime import UTC, datetime
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field

from clearspan_server.errors import BadInput
from clearspan_server.query.window import HOUR_NS, Window

_DEFAULT_NS = 24 * HOUR_NS
_LAST_NS = 4_102_444_800_000_000_000  # 2100-01-01: the engine's DateTime ends soon after
ALL_TIME = Window(0, _LAST_NS)
_MILLISECONDS = re.compile(r"[0-9]{1,13}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RFC3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_AGO = re.compile(r"-([0-9]{1,5})([smhdwy])")
_SECOND_NS = 1_000_000_000
_UNITS_NS = {
    "s": _SECOND_NS,
    "m": 60 * _SECOND_NS,
    "h": HOUR_NS,
    "d": 24 * HOUR_NS,
    "w": 7 * 24 * HOUR_NS,
    "y": 365 * 24 * HOUR_NS,
}
TIMES = (
    "RFC 3339, a day (its beginning in UTC), epoch milliseconds, or how long ago: `-90s`, `-1h`."
)


class ScopeQuery(BaseModel):
    """Query parameters that every read knows; one that is not written down is refused, for it may be a typo."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    project: str | None = Field(
        default=None, description="The project, where no key says it; api/access.py reads it."
    )


class WindowQuery(ScopeQuery):
    """The window, both ends optional."""

    since: str | None = Field(default=None, alias="from", description=TIMES)
    until: str | None = Field(default=None, alias="to", description=f"{TIMES} Exclusive.")


def window(asked: WindowQuery, *, ahead_ns: int = HOUR_NS) -> Window:
    """The window asked for; without `to` it ends `ahead_ns` from now, without `from` it begins a day earlier.

    Lists look an hour ahead, so that the spans of a machine whose clock is fast are seen.

    Raises:
        BadInput: a time that cannot be read, or an end that is not behind its beginning.
    """
    now_ns = time.time_ns()
    to_ns = now_ns + ahead_ns if asked.until is None else parse_time(asked.until, "to")
    day_ago_ns = max(0, min(to_ns, now_ns) - _DEFAULT_NS)
    from_ns = day_ago_ns if asked.since is None else parse_time(asked.since, "from")
    if from_ns >= to_ns:
        raise BadInput(
            f"from {asked.since!r} is not before to {asked.until!r}",
            field="from",
            value=asked.since,
        )
    return Window(from_ns, to_ns)


def parse_time(text: str, field: str) -> int:
    """Nanoseconds since the epoch of a time as `TIMES` says.

    Raises:
        BadInput: not a time, or one before 1970 or after 2099.
    """
    found_ns = _found_ns(text)
    if found_ns is None or not 0 <= found_ns <= _LAST_NS:
        raise BadInput(
            f"{field} is not a time in RFC 3339, a day, epoch milliseconds between 1970 and 2099, or how long"
            f" ago, as -1h: {text!r}",
            field=field,
            value=text,
        )
    return found_ns


def _found_ns(text: str) -> int | None:
    if ago := _AGO.fullmatch(text):
        count, unit = ago.groups()
        return max(0, time.time_ns() - int(count) * _UNITS_NS[unit])
    return int(text) * 1_000_000 if _MILLISECONDS.fullmatch(text) else _rfc3339_ns(text)


def _rfc3339_ns(text: str) -> int | None:
    found = _RFC3339.fullmatch(f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text)
    if found is None:
        return None
    day, clock, fraction, zone = found.groups(default="")
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{zone.upper()}")
    except ValueError:
        return None
    return int(moment.timestamp()) * _SECOND_NS + int(fraction.ljust(9, "0"))


def rfc3339(time_ns: int) -> str:
    """RFC 3339 in UTC with nine digits, so that no nanosecond is lost."""
    seconds, fraction = divmod(time_ns, _SECOND_NS)
    return f"{_second(seconds)}.{fraction:09d}Z"


@lru_cache(maxsize=4_096)  # the spans of a trace share their seconds
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
