"""Bills that were written by hand (prices/bills.txt), and the names that models go by (prices/names.txt)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from typing_extensions import override

from clearspan_server.ingest.price import price
from clearspan_server.ingest.price_list import BUNDLED
from clearspan_server.ingest.prices import LIST_ONLY
from reading import span

FOLDER = Path(__file__).parent / "prices"
NOON = "2026-11-20T12:00:00"
TOKENS = {
    "in": "input_tokens",
    "out": "output_tokens",
    "read": "cache_read_tokens",
    "write": "cache_write_tokens",
    "think": "reasoning_tokens",
    "audio": "audio_input_tokens",
    "speech": "audio_output_tokens",
}
OTHERS = {"write_1h": "cache_write_1h_tokens", "read_audio": "cache_audio_read_tokens"}


@dataclass(slots=True, frozen=True)
class Call:
    """A call: whom it went to, what it used ("in 2095, read 1886, out 393"), and what it cost."""

    provider: str
    model: str
    used: str
    bill: str
    tier: str
    at: str
    asked: str

    @override
    def __str__(self) -> str:
        return f"{self.provider} {self.model} {self.tier} {self.used} {self.at}"


def rows(name: str, width: int) -> Iterator[tuple[str, ...]]:
    """The lines of a table, each with so many cells."""
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            cells = [cell.strip() for cell in line.split("|")]
            yield (*cells, *[""] * (width - len(cells)))


def summed(bill: str) -> Decimal:
    """The sum of a bill in US dollars."""
    lines = [line.split("×") for line in bill.split(" + ")]
    return sum((int(count) * Decimal(price) for count, price in lines), Decimal()).scaleb(-6)


@pytest.mark.parametrize("case", [Call(*row) for row in rows("bills", 7)], ids=str)
def test_a_call_costs_what_its_bill_says(case: Call) -> None:
    called = span(1, provider=case.provider, response_model=case.model, service_tier=case.tier)
    called.request_model = case.asked or case.model
    called.start_ns = (
        int(datetime.fromisoformat(case.at or NOON).replace(tzinfo=UTC).timestamp()) * 10**9
    )
    for name, count in (one.split(" ") for one in case.used.split(", ")):
        if name in TOKENS:
            setattr(called, TOKENS[name], int(count))
        else:
            called.usage_other[OTHERS.get(name, name)] = int(count)

    cost = price(called, LIST_ONLY)

    assert cost is not None
    assert cost.total == summed(case.bill)


@pytest.mark.parametrize(("provider", "model", "known"), list(rows("names", 3)))
def test_a_name_means_the_model_that_is_billed_or_none(
    provider: str, model: str, known: str
) -> None:
    found = BUNDLED.schedule(provider, model, "")

    assert (f"{found.origin.provider} {found.origin.model}" if found else "") == known
