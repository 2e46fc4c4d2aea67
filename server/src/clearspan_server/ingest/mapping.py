"""Which rule filled which field of a span, from which attributes, and what no rule reads.

The rules are those that fill spans at ingest; here they run once more over values that write down who looks at them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, SupportsIndex

from typing_extensions import override

from clearspan_server.ingest.coerce import number, text
from clearspan_server.ingest.draft import Attributes, Candidate, Draft, Value
from clearspan_server.ingest.normalise import hear, otel, settle
from clearspan_server.model.span import Span

_SETTLED = "all dialects"  # what follows from the filled fields, whoever filled them
_ERROR_MESSAGES = ("exception.message", "error.message")
_NOT_FIELDS = frozenset(("mirrored", "truncated", "dialect", "normaliser_version"))
_USAGE = frozenset(one.name for one in fields(Span) if one.name.endswith("_tokens")) | {
    "usage_other",
    "usage_source",
}


@dataclass(slots=True, frozen=True)
class Filled:
    """One field: the dialect whose rule filled it, and the attributes that the rule looked at."""

    field: str
    dialect: str
    attributes: tuple[str, ...]


@dataclass(slots=True)
class Mapping:
    """The dialects that the span speaks, in their order; its fields; and the attributes that no rule looked at."""

    dialects: list[str] = field(default_factory=list)
    filled: list[Filled] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def explain(draft: Draft) -> Mapping:
    """Fill the draft by today's rules, and tell how."""
    notes = _Notes()
    read = _ReadAttributes(draft.attributes, notes)
    resource = _ReadAttributes(draft.origin.resource, notes)
    draft.attributes, draft.origin.resource = read, resource
    for event in draft.events:
        event.attributes = _ReadAttributes(event.attributes, notes)
    draft.usages = _NotedUsages(notes)
    before = _values(draft.span)
    found = Mapping()
    keys, dialects = hear(tuple(draft.attributes))
    for dialect in dialects:
        found.dialects.append(dialect.NAME)
        notes.begin(dialect.NAME)
        draft.span = _watched(draft.span, notes)
        dialect.fill(draft, keys)
    notes.begin(_SETTLED)
    settle(draft)
    after = _values(draft.span)
    changed = {name for name, value in after.items() if value != before[name]}
    # The rule that wrote last what is there now; settling writes over what a rule found, in one vocabulary.
    last = {one.field: one for one in notes.filled if one.dialect == _SETTLED}
    last |= {one.field: one for one in notes.filled if one.dialect != _SETTLED}
    if draft.span.error_message and "error_message" not in changed:
        # It came with the status, or was stored from what a rule read: both are there before any rule.
        changed.add("error_message")
        last["error_message"] = Filled("error_message", otel.NAME, _sources_of_error(draft))
    found.filled = [last[name] for name in after if name in changed and name in last]
    found.unread = [key for key in draft.attributes if key not in notes.seen]
    return found


def _sources_of_error(draft: Draft) -> tuple[str, ...]:
    """Where the message of the error stands: in an exception, in an attribute, else in OTLP's status."""
    message = draft.span.error_message
    told = [event.attributes for event in draft.events if event.name == "exception"]
    for held in (*told, draft.attributes):
        for key in _ERROR_MESSAGES:
            if key in held and text(held[key]) == message:
                return (key,)
    return ("status.message",)


class _Notes:
    """Who reads and who writes, in order."""

    def __init__(self) -> None:
        self.filled: list[Filled] = []
        self.seen: set[str] = set()
        self._dialect = ""
        self._reads: list[tuple[str, Value]] = []
        self._usage: tuple[str, list[tuple[str, Value]]] = ("", [])

    def begin(self, dialect: str) -> None:
        self._dialect = dialect
        self._reads.clear()

    def read(self, key: str, value: Value) -> None:
        self.seen.add(key)
        self._reads.append((key, value))

    def note_usage(self) -> None:
        """The attributes that were read since are one convention's usage; the first that is noted wins."""
        if not self._usage[0]:
            self._usage = self._dialect, self._reads.copy()
        self._reads.clear()

    def write(self, name: str, value: object) -> None:
        if name in _NOT_FIELDS:
            return
        dialect, reads = self._usage
        if name in _USAGE and dialect:
            same = [key for key, held in reads if number(held) == value]
            keys = same or [key for key, _ in reads]
            self.filled.append(Filled(name, dialect, tuple(dict.fromkeys(keys))))
            return
        for key, held in reversed(self._reads[-1:]):
            if text(held) == value or (isinstance(value, int) and number(held) == value):
                self._reads[:] = [(key, held)]
        self.filled.append(Filled(name, self._dialect, self._take()))

    def leave(self) -> None:
        """What was read since the last writing has filled nothing."""
        self._reads.clear()

    def _take(self) -> tuple[str, ...]:
        keys = tuple(dict.fromkeys(key for key, _ in self._reads))
        self._reads.clear()
        return keys


class _ReadAttributes(dict[str, Value]):
    """Attributes that note who reads them."""

    def __init__(self, attributes: Attributes, notes: _Notes) -> None:
        super().__init__(attributes)
        self._notes = notes

    @override
    def __getitem__(self, key: str) -> Value:
        value = super().__getitem__(key)
        self._notes.read(key, value)
        return value

    @override
    def get(self, key: str, default: Value = None) -> Value:  # type: ignore[override]  # one form of it is used
        if key not in self:
            return default
        return self[key]


class _NotedUsages(list[Candidate]):
    """Candidates that note what was read for them."""

    def __init__(self, notes: _Notes) -> None:
        super().__init__()
        self._notes = notes

    @override
    def append(self, candidate: Candidate) -> None:
        self._notes.note_usage()
        super().append(candidate)

    @override
    def insert(self, index: SupportsIndex, candidate: Candidate) -> None:
        self._notes.note_usage()
        super().insert(index, candidate)


class _WatchedSpan(Span):
    """A span that notes who writes to it."""

    notes: _Notes | None = None

    @override
    def __setattr__(self, name: str, value: object) -> None:
        if self.notes is None or name == "notes":
            object.__setattr__(self, name, value)
            return
        is_kept = getattr(self, name) == value
        object.__setattr__(self, name, value)
        # A rule that leaves what it finds has not filled it.
        if is_kept:
            self.notes.leave()
        else:
            self.notes.write(name, value)


def _watched(span: Span, notes: _Notes) -> Span:
    if isinstance(span, _WatchedSpan):
        return span
    values: dict[str, Any] = _values(span)
    watched = _WatchedSpan(**values)
    watched.notes = notes
    return watched


def _values(span: Span) -> dict[str, object]:
    return dict(_pairs(span))


def _pairs(span: Span) -> Iterator[tuple[str, object]]:
    for one in fields(Span):
        value = getattr(span, one.name)
        yield one.name, value.copy() if isinstance(value, (list, dict)) else value
