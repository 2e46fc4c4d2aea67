"""Times as people type them on the command line, as the API reads them."""

import re
from datetime import UTC, datetime, timedelta

from clearspan_server.errors import BadInput

_AGO = re.compile(r"([0-9]{1,6})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MINUTE = re.compile(r"(.*[Tt ][0-9]{2}:[0-9]{2})([Zz]|[+-][0-9]{2}:[0-9]{2})")


def moment(text: str | None) -> str | None:
    """RFC 3339 of `7d` (so long ago; also m, h, w), of a day (its beginning in UTC), of a time without seconds.

    Raises:
        BadInput: it is none of these.
    """
    if text is None:
        return None
    if ago := _AGO.fullmatch(text):
        return _ago(int(ago[1]), _UNITS[ago[2]])
    said = f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text
    if minute := _MINUTE.fullmatch(text):
        said = f"{minute[1]}:00{minute[2]}"
    if not _is_time(said):
        raise BadInput(
            f"{text!r} is no time: 15m, 2h, 7d and 4w are so long ago, 2026-11-23 is a day,"
            " 2026-11-23T09:30Z a moment"
        )
    return said


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text.upper()).tzinfo is not None
    except ValueError:
        return False


def _ago(count: int, unit: str) -> str:
    now = datetime.now(UTC)
    epoch = datetime.fromtimestamp(0, UTC)
    try:
        since = max(epoch, now - timedelta(**{unit: count}))
    except OverflowError:
        since = epoch
    return since.isoformat()
