"""Facts that travel to other services, in W3C baggage: only those below, and only when asked.

The format: https://www.w3.org/TR/baggage/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clearspan.errors import warn_once

MAX_BYTES = 8_192
PREFIX = "clearspan."
TRAVELLERS = frozenset(
    {
        *("user", "customer", "session", "turn", "run", "tags", "feature", "experiment", "variant"),
        *("step_id", "step_parent", "step_index", "step_type", "prompt_name", "prompt_version"),
    }
)


def packed(baggage: str, facts: Mapping[str, object]) -> str:
    """``baggage`` with ``facts`` in it, in place of former values; what has no room is left out."""
    given = {name: value for name, value in facts.items() if name in TRAVELLERS}
    members = [member.strip() for member in baggage.split(",") if member.strip()]
    kept = [member for member in members if _key(member).removeprefix(PREFIX) not in given]
    room_bytes = MAX_BYTES - sum(len(member.encode()) + 1 for member in kept)
    for name, value in given.items():
        member = f"{PREFIX}{name}={_packed(value)}"
        room_bytes -= len(member) + 1
        if room_bytes < -1:  # the last one needs no comma
            warn_once("baggage", f"{name} has no room in the baggage, which ends at 8 kB")
            room_bytes += len(member) + 1
        else:
            kept.append(member)
    return ",".join(kept)


def unpacked(baggage: str) -> dict[str, object]:
    """The facts in ``baggage``."""
    # Most baggage holds none.
    return dict(_facts(baggage)) if PREFIX in baggage else {}


def _facts(baggage: str) -> Iterator[tuple[str, object]]:
    from urllib.parse import unquote  # noqa: PLC0415  # slow to import, and seldom needed

    for member in baggage.split(","):
        key = _key(member)
        name = key.removeprefix(PREFIX)
        if name == key or name not in TRAVELLERS:
            continue
        text = unquote(member.partition("=")[2].partition(";")[0].strip())
        if name == "tags":
            yield name, [unquote(tag) for tag in text.split(",") if tag]
        elif name == "step_index":
            if text.isdecimal() and len(text) < 10:
                yield name, int(text)
        elif text:
            yield name, text


def _key(member: str) -> str:
    return member.partition("=")[0].strip()


def _packed(value: object) -> str:
    from urllib.parse import quote  # noqa: PLC0415  # the same

    if isinstance(value, list):
        value = ",".join(quote(str(item), safe="", errors="replace") for item in value)
    return quote(str(value), safe="", errors="replace")
