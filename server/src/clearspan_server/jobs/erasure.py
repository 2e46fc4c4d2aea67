"""Erasure: what is stored of a person, or with a text, is found in every store and leaves the disk."""

import json
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize
from urllib.parse import quote, quote_plus

import orjson
import pyarrow as pa

from clearspan_server.chat.asking import Talk
from clearspan_server.ingest.batches import KINDS
from clearspan_server.jobs.removal_means import Cancelled, Means, Stopped
from clearspan_server.model.pseudonym import spellings
from clearspan_server.model.removal import Findings, Removal, Subject
from clearspan_server.store.agenda import Hour
from clearspan_server.store.curated import Named
from clearspan_server.store.doomed import Doomed, Sought, purge
from clearspan_server.store.quarantine import Quarantined

_PASSES = 3  # what came while it was at work is looked for again
_FIELDS = {"user": "user_id", "customer": "customer_id", "session": "session_id"}

Told = Callable[[float], None]


@dataclass(slots=True)
class Found:
    """What one look has found: traces, rows of the quarantine, comments and files by their ids, rows of the catalog."""

    trace_ids: set[str]
    quarantined: list[int] = field(default_factory=list)
    comments: set[str] = field(default_factory=set)
    media: set[str] = field(default_factory=set)
    curated: Named = field(default_factory=Named)
    findings: Findings = field(default_factory=Findings)

    def is_nothing(self) -> bool:
        """Whether there is nothing left to remove."""
        return not any(self.findings.counts.values())


def sought(project: str, subject: Subject, key: bytes) -> Sought:
    """The spellings of a subject: as it is, as texts write it, and the name that redaction has given it."""
    names = subject.trace_ids or list(spellings(subject.value, key))
    wholes = dict.fromkeys(one for name in names for one in (name, *_as_json(name)))
    return Sought(project, subject, names, list(wholes), in_texts(names))


def in_texts(names: Sequence[str]) -> list[str]:
    """How texts may write these: also as JSON, with or without escapes, within JSON, in an address, decomposed."""
    found: dict[str, None] = {}
    for name in names:
        for form in (name, normalize("NFC", name), normalize("NFD", name)):
            once = [text[1:-1] for text in _as_json(form)]
            twice = [text[1:-1] for one in once for text in _as_json(one)]
            found |= dict.fromkeys((form, *once, *twice, quote(form, safe=""), quote_plus(form)))
    return list(found)


def look(means: Means, removal: Removal, doomed: Doomed, known: Collection[str] = ()) -> Found:
    """Find everything; `known` are traces that an earlier look has found. Nothing is changed."""
    subject = removal.subject
    if subject is None:
        return Found(set())
    asked = sought(removal.project, subject, means.key)
    doomed.clear()
    rows, unreadable = _quarantined(means, asked)
    doomed.add({*known, *(row.row.trace_id for row in rows if row.row.trace_id)})
    doomed.seek(asked)
    doomed.add(means.cold.seek(asked))
    trace_ids = doomed.trace_ids()
    of_traces = [
        row
        for row in means.quarantine.of_project(removal.project)
        if row.row.trace_id and row.row.trace_id in trace_ids
    ]
    texts, words = _texts(asked), [] if subject.by == "text" else asked.names
    found = Found(
        trace_ids,
        sorted({row.id for row in (*rows, *of_traces)}),
        means.notes.saying(removal.project, texts) if texts else set(),
        means.media.named(removal.project, trace_ids, texts),
        means.curated.named(removal.project, trace_ids, texts, words),
    )
    found.findings = Findings(
        counts=doomed.counts()
        | {"quarantined": len(found.quarantined), "media": len(found.media)}
        | {"cold_spans": means.cold.count(removal.project, trace_ids)}
        | means.notes.count(removal.project, trace_ids, found.comments)
        | means.shares.count(removal.project, trace_ids)
        | found.curated.counts(),
        examples=doomed.examples(),
        backups=means.backups(),
        rules=_rules(means, asked),
        unreadable=unreadable,
    )
    return found


def erase(means: Means, removal: Removal, told: Told) -> None:
    """Remove everything of the subject; safe to repeat after a crash.

    Raises:
        Stopped: the server stops.
        Cancelled: somebody gave it up before anything was removed.
    """
    _silence(means, removal)
    received = means.journal.committed
    means.wait(lambda: means.journal.derived >= received)
    work = _Erasing(means, removal, told)
    for number in range(_PASSES):
        if not work.again(is_more=number > 0):
            break
    work.tell(0.6)
    means.rewrites.forget(removal.project)
    work.settle()
    # A trace that goes on meanwhile: its next spans and logs rarely say of whom they are.
    for _ in range(_PASSES):
        if not work.again(is_more=True):
            break
        work.settle()
    work.tell(0.9)
    purge(means.engine)
    work.doomed.clear()


class _Erasing:
    """An erasure at work: what it has found so far is looked for again, as more of it may have come."""

    def __init__(self, means: Means, removal: Removal, told: Told) -> None:
        self.doomed = Doomed(means.engine, removal.project)
        self._means = means
        self._removal = removal
        self._told = told
        self._share = 0.0
        self._hours: set[Hour] = set()
        self._known, self._kin = means.removals.begun(removal)

    def again(self, *, is_more: bool) -> bool:
        """Remove what is there now; False where there was nothing.

        Raises:
            Stopped: the server stops.
            Cancelled: somebody gave it up before anything was removed.
        """
        means, removal, doomed = self._means, self._removal, self.doomed
        found = look(means, removal, doomed, self._known)
        if found.is_nothing() and is_more:
            return False
        removal.findings.add(found.findings, is_more=is_more)
        self._hours |= doomed.hours()
        kin = doomed.kin()
        if not means.removals.begin(removal, found.trace_ids, {trace_id for _, trace_id in kin}):
            raise Cancelled
        _silence(means, removal, found.trace_ids)
        means.agenda.mark(self._hours)
        means.cold.erase(removal.project, found.trace_ids)  # first: nothing comes back then
        with means.rewriting:
            doomed.delete(lambda share: self.tell(0.1 + 0.4 * share))
        means.quarantine.erase(found.quarantined)
        means.shares.erase(removal.project, found.trace_ids)
        means.notes.erase(removal.project, found.trace_ids, found.comments)
        means.media.erase(removal.project, found.trace_ids, found.media)
        means.curated.erase(removal.project, found.curated)
        means.forget(removal.project, found.trace_ids)
        _follow(means, self._hours, kin | {(removal.project, one) for one in self._kin})
        self._known, self._kin = self._known | found.trace_ids, set()
        return True

    def settle(self) -> None:
        """Wait until sums, names and the journal follow from what is left.

        Raises:
            Stopped: the server stops.
        """
        subject = self._removal.subject
        _recomputed(self._means, self._removal.project, self._hours)
        self.tell(0.8)
        self.doomed.unname(anywhere=subject is not None and subject.anywhere)
        self._means.sweep()
        _leave_the_journal(self._means)

    def tell(self, share: float) -> None:
        """How much of it is done; what is looked for again does not take it back."""
        self._share = max(self._share, share)
        self._told(self._share)


def _silence(means: Means, removal: Removal, trace_ids: Collection[str] = ()) -> None:
    """What is being said to models about the subject, or in these traces, ends and is recorded, to be found."""
    if removal.subject is None:
        return
    asked = sought(removal.project, removal.subject, means.key)
    needles = [text.lower() for text in _texts(asked)]
    names = {"session": lambda one: one.session, "user": lambda one: one.user}
    named = names.get(removal.subject.by)
    known = {*trace_ids, *removal.subject.trace_ids}

    def is_doomed(one: Talk) -> bool:
        is_named = named is not None and named(one) in asked.names
        if is_named or not known.isdisjoint(one.trace_ids):
            return True
        return bool(needles) and any(
            needle in text for text in map(str.lower, one.texts()) for needle in needles
        )

    means.silence(removal.project, is_doomed)


def _follow(means: Means, hours: Collection[Hour], kin: Collection[tuple[str, str]]) -> None:
    """Traces that recorded the same calls are derived again, for other spans may count now."""
    done = means.recompute(kin, hours)
    means.wait(done.done)
    if done.cancelled():
        raise Stopped


def _recomputed(means: Means, project: str, hours: Collection[Hour]) -> None:
    """Wait until the sums follow from what is left: also those of hours that were marked before an interruption."""
    begun_s = time.time()
    means.agenda.mark(hours)

    def are_done() -> bool:
        due = means.agenda.due()
        is_done = not any(one.hour[0] == project and one.since_s <= begun_s for one in due)
        if not is_done:
            means.hasten()
        return is_done

    means.wait(are_done)


def _leave_the_journal(means: Means) -> None:
    """What was received until now is derived, and leaves the disk."""
    received = means.journal.committed
    means.wait(lambda: means.journal.derived >= received)
    means.journal.roll()
    means.wait(lambda: not means.journal.holds(received))


def _texts(asked: Sought) -> Sequence[str]:
    """What is looked for in texts of any kind; nothing, where an id alone counts."""
    return asked.needles if asked.subject.anywhere else ()


def _rules(means: Means, asked: Sought) -> int:
    """Words and patterns of redaction, and filters of retention, that name the subject: they work because they do."""
    kept, policy = means.privacy.of(asked.project), means.retention.of(asked.project)
    said = [*kept.words, *(one.pattern for one in kept.patterns)]
    said += [rule.filter for rule in policy.rules]
    texts = [text.lower() for text in asked.needles]
    return sum(any(text in one.lower() for text in texts) for one in said)


def _quarantined(means: Means, asked: Sought) -> tuple[list[Quarantined], int]:
    """The rows of the quarantine that are about the subject, and how many nobody can look into."""
    found, unreadable = [], 0
    for row in means.quarantine.of_project(asked.project):
        try:
            table = KINDS[row.row.kind].read(row.row.data, row.row.schema_version)
        except (pa.ArrowException, ValueError, KeyError):
            unreadable += 1
            continue
        if any(_is_about(record, asked) for record in table.to_pylist()):
            found.append(row)
    return found, unreadable


def _is_about(record: dict[str, Any], asked: Sought) -> bool:
    named = record.get(_FIELDS.get(asked.subject.by, ""))
    if named in asked.names or record.get("trace_id") in asked.subject.trace_ids:
        return True
    if asked.subject.anywhere:
        text = orjson.dumps(record, default=str).decode().lower()
        return any(needle.lower() in text for needle in asked.needles)
    said: Iterable[object] = [
        value for name in ("attributes", "resource") for _, value in (record.get(name) or ())
    ]
    return any(one in asked.wholes for one in said)


def _as_json(text: str) -> tuple[str, str]:
    return json.dumps(text, ensure_ascii=False), json.dumps(text)
