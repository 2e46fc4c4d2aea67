"""The cursor of a list: where a page ended, opaque to whoever carries it to the next page."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from clearspan_server.errors import BadInput

# Narrow enough that the engine can bind whatever somebody made up.
_TIME = re.compile(r"-?[0-9]{1,18}|-?[1-8][0-9]{18}")
_COUNT = re.compile(r"[0-9]{1,18}|[1-8][0-9]{18}")
_SHARE = re.compile(r"[01]\.[0-9]{1,20}|[1-9](\.[0-9]{1,20})?e-[0-9]{2}")
_VALUES = {
    **dict.fromkeys(("start", "duration", "first_seen", "last_seen", "created", "time"), _TIME),
    **dict.fromkeys(("tokens", "sessions", "traces", "spans", "count", "users", "errors"), _COUNT),
    "cost": re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?"),
    "error_rate": _SHARE,
}
_READERS: dict[str, Callable[[str], int | float | Decimal]] = {
    "cost": Decimal,
    "error_rate": float,
}
_MAY_BE_UNKNOWN = frozenset(("duration", "tokens", "cost"))
HEX = re.compile(r"[0-9a-f]{1,64}")
TEXT = re.compile(r"[\s\S]{1,20000}")  # a name that a sender chose


@dataclass(slots=True, frozen=True)
class Cursor:
    """The last row of a page: the value it was sorted by (None when unknown) and its ids."""

    sort: str
    value: int | float | Decimal | None
    ids: tuple[str, ...]

    def encode(self) -> str:
        # Digits as text: neither JSON's numbers nor an exponent comes between.
        value = format(self.value, "f") if isinstance(self.value, Decimal) else self.value
        packed = orjson.dumps([self.sort, None if value is None else str(value), *self.ids])
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(text: str, sort: str, id_count: int, ids_are: re.Pattern[str] = HEX) -> Cursor:
    """The cursor in `text`.

    Raises:
        BadInput: it is not a cursor, or one of a list with another sort.
    """
    try:
        packed: Any = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        raise _invalid(text) from None
    if not isinstance(packed, list) or len(packed) != 2 + id_count or packed[0] != sort:
        raise _invalid(text)
    _, value, *ids = packed
    if not all(isinstance(one, str) and ids_are.fullmatch(one) for one in ids):
        raise _invalid(text)
    measure = sort.removeprefix("-")
    if value is None and measure in _MAY_BE_UNKNOWN:
        return Cursor(sort, None, tuple(ids))
    if not isinstance(value, str) or not _VALUES[measure].fullmatch(value):
        raise _invalid(text)
    return Cursor(sort, _READERS.get(measure, int)(value), tuple(ids))


def _invalid(text: str) -> BadInput:
    return BadInput(
        f"cursor is not one of this list and sort: {text!r}", field="cursor", value=text
    )
