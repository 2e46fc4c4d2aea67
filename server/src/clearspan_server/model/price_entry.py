"""A price of a project's own: what a model costs there, instead of what the price list says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(slots=True, frozen=True)
class PriceEntry:
    """One entry.

    `model` is a name, in which `*` stands for any characters; `provider` is "" for any. `since` is the day, in UTC,
    from which the prices hold; None is ever since. `prices` are US dollars a million by class of usage (`input`,
    `cache_read`, `cache_write_1h`); a class without one is charged as the wider class that it is part of.
    `revision` counts the changes, so that a cost tells which prices it was computed with.
    """

    id: str
    provider: str
    model: str
    since: date | None
    prices: Mapping[str, Decimal]
    revision: int = 1

    @property
    def source(self) -> str:
        """What a cost that was computed with this entry says of its price."""
        return f"own/{self.id}.{self.revision}"
