"""What an import reads, and what it says of it: records on their way to a door of the server, and the report."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from typing_extensions import override

Door = Literal["traces", "logs", "metrics", "langfuse", "scores"]
Json = dict[str, Any]

_MOST_TOLD = 1_000  # of what was not taken, each with its reason


@dataclass(slots=True, frozen=True)
class Place:
    """Where a record stands: a file, and its line or what it calls itself."""

    file: str
    at: str = ""

    @override
    def __str__(self) -> str:
        return f"{self.file}: {self.at}" if self.at else self.file


@dataclass(slots=True, frozen=True)
class Record:
    """Something that is taken or refused as one: groups of OTLP, an event of Langfuse's, a score.

    `counts` says how many spans, log records and so on it holds.
    """

    door: Door
    body: Any
    place: Place
    size_bytes: int
    counts: Mapping[str, int]


@dataclass(slots=True, frozen=True)
class Untaken:
    """Something that was not taken, and why."""

    place: Place
    reason: str
    count: int = 1
    noun: str = "record"


@dataclass(slots=True)
class Report:
    """What was read, what was taken of it, and what was not."""

    files: Counter[str] = field(default_factory=Counter)  # by their kind
    taken: Counter[str] = field(default_factory=Counter)  # by what they are: "spans"
    not_taken: int = 0
    reasons: list[Untaken] = field(default_factory=list)  # the first of them

    def add(self, untaken: Untaken) -> None:
        """Count what was not taken."""
        self.not_taken += untaken.count
        if len(self.reasons) < _MOST_TOLD:
            self.reasons.append(untaken)

    def as_json(self) -> Json:
        """The report for programs."""
        return {
            "files": dict(self.files),
            "taken": dict(self.taken),
            "not_taken": self.not_taken,
            "reasons": [
                {"file": one.place.file, "at": one.place.at, "count": one.count}
                | {"what": one.noun, "reason": one.reason}
                for one in self.reasons
            ],
        }


def size_of(value: Any) -> int:  # noqa: ANN401 - foreign JSON
    """About how many bytes a value has as JSON."""
    if isinstance(value, str):
        return len(value) + 2
    if isinstance(value, dict):
        return sum(len(name) + 4 + size_of(held) for name, held in value.items()) + 2
    if isinstance(value, list):
        return sum(map(size_of, value)) + 2
    return 8
