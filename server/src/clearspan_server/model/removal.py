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
    """What goes: records by where they are, and examples; and what stays.

    Of `unreadable` requests in the quarantine nobody can tell what they hold. `backups` were made before, and `rules`
    of redaction and retention name it because somebody wants them to.
    """

    counts: dict[str, int] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)
    backups: list[str] = field(default_factory=list)
    rules: int = 0
    unreadable: int = 0

    def add(self, found: "Findings", *, is_more: bool) -> None:
        """Add what one look has found: more than was known, or the same again after an interruption."""
        if not self.counts:
            self.examples = found.examples
        for name, count in found.counts.items():
            held = self.counts.get(name, 0)
            self.counts[name] = held + count if is_more else max(held, count)
        self.backups = sorted({*self.backups, *found.backups})
        self.rules = max(self.rules, found.rules)
        self.unreadable = max(self.unreadable, found.unreadable)


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
