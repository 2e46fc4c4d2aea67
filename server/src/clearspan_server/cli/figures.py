"""Numbers and times as people read them; the same words as in the browser (web/src/model/format.ts)."""

import math
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

_NOTHING = "–"
_NS = ((Decimal(10**9), "s"), (Decimal(10**6), "ms"), (Decimal(10**3), "µs"))
_SCALES = ((10**9, "G"), (10**6, "M"), (10**3, "k"))
_AGES = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))
_TINY = Decimal("0.000001")  # below it the zeros would fill the column


def duration(ns: float | None) -> str:
    """A duration in the largest unit that keeps it at least 1: `850 ms`, `2 m 05 s`; a dash where it is open."""
    if ns is None:
        return _NOTHING
    exact = Decimal(round(ns))
    whole = int((exact / 10**9).quantize(Decimal(1), ROUND_HALF_UP))
    if exact >= 3600 * 10**9:
        hours, rest = divmod(int(exact / 10**9), 3600)
        return f"{hours} h {rest // 60:02} m"
    if exact >= Decimal("99.95") * 10**9:
        return f"{whole // 60} m {whole % 60:02} s"
    for size, unit in _NS:
        # 0.9996 of a unit rounds up to 1.00 of it.
        if exact >= size * Decimal("0.9995"):
            return f"{_significant(exact / size)} {unit}"
    return f"{exact} ns"


def count(number: float | None) -> str:
    """A count that fits a column: `412`, `3.1k`, `31k`, `1.2M`; a dash where it is not known."""
    if number is None:
        return _NOTHING
    if number < 0:
        return f"−{count(-number)}"
    for size, unit in _SCALES:
        if number >= size * 0.9995:
            scaled = Decimal(number) / size
            text = _fixed(scaled, 0 if scaled >= Decimal("9.95") else 1).removesuffix(".0")
            return text + unit
    return _fixed(Decimal(number), 0)


def trimmed(number: float) -> str:
    """A number with four digits, without zeros that add nothing: `0.25`, `71.3`, `1,204`; `3.1M` where it is long."""
    if abs(number) >= 100_000:
        return count(number)
    return f"{number:,.0f}" if abs(number) >= 1_000 else f"{number:.4g}"


def tokens(total: int | None) -> str:
    """`3.5k tok`; empty where none are known."""
    return "" if total is None else f"{count(total)} tok"


def flow(input_tokens: int | None, output_tokens: int | None) -> str:
    """`3.1k→412 tok`; empty where neither is known."""
    if input_tokens is None and output_tokens is None:
        return ""
    ends = ("?" if one is None else count(one) for one in (input_tokens, output_tokens))
    return "→".join(ends) + " tok"


def money(dollars: str | float | Decimal | None) -> str:
    """US dollars with enough digits to be non-zero: `$12.30`, `$0.0123`, `$8.0e-8`; empty where no price is known."""
    if dollars is None or dollars == "":
        return ""
    try:
        amount = Decimal(str(dollars))
    except InvalidOperation:
        return str(dollars)
    if not amount.is_finite():
        return str(dollars)
    return f"−${_amount(-amount)}" if amount < 0 else f"${_amount(amount)}"


def share(part: float) -> str:
    """A share of 1 in per cent: `0.4 %`, `12 %`."""
    percent = Decimal(str(part)) * 100
    if 0 < percent < Decimal("0.05"):
        return "<0.1 %"
    if percent != 0 and abs(percent) < Decimal("9.95"):
        return f"{_fixed(percent, 1).removesuffix('.0')} %"
    return f"{_fixed(percent, 0)} %"


def change(now: float | None, before: float | None) -> str:
    """A change as a share of what was before, as a multiple where per cent say nothing: `↑ 12 %`, `↓ 3.1 %`, `↑ 30×`.

    Empty where nothing changed, or where it cannot be told.
    """
    if now is None or not before:
        return ""
    by = (now - before) / before
    if abs(by) < 0.0005:
        return ""
    size = f"{count(by + 1)}×" if by >= 10 else share(abs(by))
    return f"{'↑' if by > 0 else '↓'} {size}"


def ago(time: str | None, now: datetime | None = None) -> str:
    """How long ago a time of the API (RFC 3339) is, in one unit: `12 s`, `3 m`; clocks that disagree read as now."""
    if not time:
        return _NOTHING
    age = int(((now or datetime.now(UTC)) - parsed(time)).total_seconds())
    return next((f"{age // size} {unit}" for size, unit in _AGES if age >= size), "now")


def clock(time: str | None) -> str:
    """A time of the API as local date and time: `2026-11-21 14:02:09.123`; a dash where there is none."""
    if not time:
        return _NOTHING
    return parsed(time).astimezone().isoformat(" ", "milliseconds")[:23]


def parsed(time: str) -> datetime:
    """A time of the API; digits below a microsecond are dropped."""
    return datetime.fromisoformat(time)


def _amount(amount: Decimal) -> str:
    if amount == 0:
        return "0"
    if amount >= 1000:
        return f"{amount.quantize(Decimal(1), ROUND_HALF_UP):,}"
    if amount >= Decimal("0.995"):
        return _fixed(amount, 2)
    if amount < _TINY:
        return _tiny(amount)
    # As many zeros as the figure has, then three significant digits; two where zeros fill the column.
    zeros = math.ceil(-amount.log10()) - 1
    return _fixed(amount, zeros + (2 if amount < Decimal("0.000995") else 3))


def _tiny(amount: Decimal) -> str:
    """Two digits and a power of ten: 8.0e-8."""
    power = amount.adjusted()
    digits = _fixed(amount.scaleb(-power), 1)
    return f"1.0e{power + 1}" if digits == "10.0" else f"{digits}e{power}"


def _significant(value: Decimal) -> str:
    """Three significant digits, without dropping digits before the point: 1.24, 12.4, 124, 1240."""
    return _fixed(value, 0 if value >= 100 else 1 if value >= 10 else 2)


def _fixed(value: Decimal, decimals: int) -> str:
    return str(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
