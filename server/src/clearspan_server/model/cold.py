"""A month of spans in cold storage."""

from dataclasses import dataclass
from datetime import UTC, datetime

_SECOND_NS = 1_000_000_000
_MONTHS = 12


@dataclass(slots=True, frozen=True)
class Month:
    """The spans of a project that start in a month of UTC, such as 202611; `size_bytes` is that of the file."""

    project: str
    month: int
    spans: int = 0
    size_bytes: int = 0

    @property
    def name(self) -> str:
        """As 2026-11."""
        return f"{self.month // 100:04}-{self.month % 100:02}"

    @property
    def from_ns(self) -> int:
        """When it begins, in nanoseconds since the epoch."""
        return _start_ns(self.month // 100, self.month % 100)

    @property
    def to_ns(self) -> int:
        """When it has ended."""
        year, month = divmod(self.month // 100 * _MONTHS + self.month % 100, _MONTHS)
        return _start_ns(year, month + 1)


def _start_ns(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * _SECOND_NS
