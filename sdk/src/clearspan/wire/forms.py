"""Foreign JSON without surprises: a value of the wanted type, or an empty one."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NoReturn

Json = dict[str, Any]  # an object that came as JSON: its values may be of any type
MOST_COUNT = 10**12  # no call has more of anything: such a count is broken


def mapping(value: object) -> Json:
    """The object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[Json]:
    """The objects of a list; none for anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """Text as it came, other values as JSON; "" for nothing."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, TypeError, RecursionError):
        return ""  # deeper than JSON is read, or keys that are no text


def count(value: object) -> int | None:
    """A whole number from zero to `MOST_COUNT`; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 0 <= value <= MOST_COUNT else None


def first(held: Mapping[str, Any], names: Iterable[str]) -> Any:  # noqa: ANN401 - whatever JSON holds
    """What stands under the first of `names` that is set; None where none is."""
    for name in names:
        value = held.get(name)
        if value is not None and value != "":
            return value
    return None


def either(held: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """What stands under a name as Google writes it: `usageMetadata` on the wire, `usage_metadata` in Python."""
    value = held.get(name)
    return held.get(snake(name)) if value is None else value


@lru_cache(maxsize=512)
def snake(name: str) -> str:
    """`maxOutputTokens` as `max_output_tokens`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def opened(value: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The object or list inside JSON text; anything else as it is."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        found = json.loads(value, parse_constant=_refuse)
        if "\\ud" in value or "\\uD" in value:
            json.dumps(found, ensure_ascii=False).encode()  # half a letter cannot be stored
    except (ValueError, RecursionError):
        return value
    return found


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)
