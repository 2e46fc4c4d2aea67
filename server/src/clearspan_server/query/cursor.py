"""The cursor of a list: where a page ended, opaque to whoever carries it to the next page."""

import base64
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from clearspan_server.errors import BadInput

# Narrow enough that the engine can bind whatever somebody made up.
_VALUES = {
    "start": re.compile(r"-?[0-9]{1,18}|-?[1-8][0-9]{18}"),
    "duration": re.compile(r"-?[0-9]{1,18}|-?[1-8][0-9]{18}"),
    "tokens": re.compile(r"[0-9]{1,18}|[1-8][0-9]{18}"),
    "cost": re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,12})?"),
}
_ID = re.compile(r"[0-9a-f]{1,64}")


@dataclass(slots=True, frozen=True)
class Cursor:
    """The last row of a page: the value it was sorted by (None when unknown) and its ids."""

    sort: str
    value: int | Decimal | None
    ids: tuple[str, ...]

    def encode(self) -> str:
        # Digits as text: neither JSON's numbers nor an exponent comes between.
        value = format(self.value, "f") if isinstance(self.value, Decimal) else self.value
        packed = orjson.dumps([self.sort, None if value is None else str(value), *self.ids])
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(text: str, sort: str, id_count: int) -> Cursor:
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
    if not all(isinstance(one, str) and _ID.fullmatch(one) for one in ids):
        raise _invalid(text)
    if value is None:
        return Cursor(sort, None, tuple(ids))
    measure = sort.removeprefix("-")
    if not isinstance(value, str) or not _VALUES[measure].fullmatch(value):
        raise _invalid(text)
    return Cursor(sort, Decimal(value) if measure == "cost" else int(value), tuple(ids))


def _invalid(text: str) -> BadInput:
    return BadInput(
        f"cursor is not one of this list and sort: {text!r}", field="cursor", value=text
    )
