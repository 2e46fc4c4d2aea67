"""Amounts as people write them in a filter, `2s`, `$0.05`, `10k` or `50%`, as numbers in the units of the store."""

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

Amount = int | float | Decimal | bool

_NS: Mapping[str, int] = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
}
_SCALES: Mapping[str, int] = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
_NUMBER = r"[0-9]{1,15}(?:\.[0-9]{1,12})?|\.[0-9]{1,12}"
_DURATION = re.compile(rf"({_NUMBER})(ns|us|µs|ms|s|m|h|d)")
_MONEY = re.compile(rf"\$?({_NUMBER})")
_COUNT = re.compile(rf"({_NUMBER})([kmbKMB]?)")
_SIGNED = re.compile(rf"(-?(?:{_NUMBER})(?:[eE][+-]?[0-9]{{1,3}})?)([kmbKMB%]?)")
_MOST = 2**63 - 1
# The six levels of log records, from 1 on: OTLP's numbers of severity in fours.
LEVELS = ("trace", "debug", "info", "warn", "error", "fatal")
_FLAGS: Mapping[str, bool] = {"true": True, "yes": True, "false": False, "no": False}


def duration_ns(text: str) -> int | None:
    """`1.5m` or `1m30s` in nanoseconds; None when it is not a duration of at most 292 years."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    total = sum(Decimal(number) * _NS[unit] for number, unit in parts)
    return _whole(total, rounded=True)


def dollars(text: str) -> Decimal | None:
    """`$0.05` or `0.05`; None when it is not an amount."""
    found = _MONEY.fullmatch(text)
    return Decimal(found[1]) if found else None


def count(text: str) -> int | None:
    """`10k`, `1.5M`, `300`; None when it is not a whole number."""
    found = _COUNT.fullmatch(text)
    return _whole(Decimal(found[1]) * _SCALES[found[2].lower()]) if found else None


def number(text: str) -> float | None:
    """`-0.5`, `1e-3`, `80%`, `2k`; None when it is not a number."""
    found = _SIGNED.fullmatch(text)
    if not found:
        return None
    factor = Decimal("0.01") if found[2] == "%" else _SCALES[found[2].lower()]
    value = float(Decimal(found[1]) * factor)
    return value if math.isfinite(value) else None


def flag(text: str) -> bool | None:
    """`true` or `false`."""
    return _FLAGS.get(text.lower())


def level(text: str) -> int | None:
    """`warn` or `warning`, in any case, as its place among `LEVELS`, from 1 on."""
    word = text.lower().removesuffix("ing")
    return LEVELS.index(word) + 1 if word in LEVELS else None


def _whole(value: Decimal | int, *, rounded: bool = False) -> int | None:
    whole = round(value)
    return whole if whole <= _MOST and (rounded or whole == value) else None


# Type of a field → how its amounts are read, what they are called, and their type in the engine.
READERS: Mapping[str, tuple[Callable[[str], Amount | None], str, str]] = {
    "duration": (duration_ns, "a duration", "Int64"),
    "money": (dollars, "an amount in dollars", "Decimal(38, 12)"),
    "count": (count, "a whole number", "UInt64"),
    "number": (number, "a number", "Float64"),
    "share": (number, "a percentage", "Float64"),
    "flag": (flag, "true or false", "Bool"),
    "level": (level, f"a severity ({', '.join(LEVELS)})", "UInt8"),
    "score": (number, "a number", "Float64"),
    "attribute": (number, "a number", "Float64"),
}
