"""A removal of what is stored: whom an erasure is about, or that it is retention's; how far it is, and what went."""

from dataclasses import dataclass, field
from typing import Literal

RemovalKind = Literal["erasure", "retention"]
RemovalState = Literal["running", "done", "cancelled"]
SubjectKind = Literal["user", "customer", "session", "trace", "text"]


@dataclass(slots=True, frozen=True)
class Subject:
    """Whom or what an erasure is about: of traces their ids, with spaces between.

    With `mentions` also traces that only say the value somewhere.
    """

    by: SubjectKind
    value: str
    mentions: bool = False

    @property
    def trace_ids(self) -> list[str]:
        """The traces that it is about by their ids."""
        return self.value.split() if self.by == "trace" else []

    @property
    def anywhere(self) -> bool:
        """Whether every text is searched for the value."""
        return self.mentions or self.by == "text"


@dataclass(slots=True, frozen=True)
class Example:
    """A trace that goes, without any text of it but its name."""

    trace_id: str
    name: str
    start_ns: int
    spans: int


@dataclass(slots=True)
class Findings:
    """What goes: records by table, examples, the names of saved views that name it and stay.

    `unreadable` are requests in the quarantine that nobody can look into, and stay.
    """

    counts: dict[str, int] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)
    views: list[str] = field(default_factory=list)
    unreadable: int = 0


@dataclass(slots=True)
class Removal:
    """One job; times in nanoseconds since the epoch.

    `subject` is known until it is over, `subject_hash` (keyed) for ever. `receipt` is a hash over what was done and the
    receipt before it. `error` says why it does not go on, while it tries again.
    """

    id: int
    kind: RemovalKind
    project: str
    is_dry: bool
    asked_by: str
    created_ns: int
    subject: Subject | None = None
    by: str = ""
    subject_hash: str = ""
    state: RemovalState = "running"
    progress: float = 0.0
    findings: Findings = field(default_factory=Findings)
    ended_ns: int | None = None
    receipt: str = ""
    error: str = ""
