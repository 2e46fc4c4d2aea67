"""Retention: what is older than its project keeps it goes; sums by the hour outlive it."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from clearspan_server.jobs.removal_means import Means
from clearspan_server.model.cold import Month
from clearspan_server.model.removal import Findings, Removal
from clearspan_server.model.retention import Policy
from clearspan_server.query.filter import Stillness, compose, trace_clauses
from clearspan_server.store.doomed import Doomed, drop_series, remove
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
_HOUR_S = 3_600
_DAY_S = 86_400
_SECOND_NS = 1_000_000_000
_SHARES = 10_000
_OLD = ("remove_old_logs", "remove_old_metrics", "remove_old_scores", "remove_old_texts")
_SUMS = ("rollups", "rollup_spans", "rollup_traces", "rollup_hours")

Told = Callable[[float], None]


@dataclass(slots=True, frozen=True)
class Turn:
    """Traces that pass a filter and started before a moment go; with a `share` so much of the plain ones stays."""

    filter: str
    before_s: int
    share: float | None = None
    slow_ns: int = 0


def turns(policy: Policy, now_s: float) -> list[Turn]:
    """What a policy asks for at a moment, by whole hours: their sums must be whole, too."""
    found: list[Turn] = []
    passed = ""  # a trace has the days of the first rule that it passes
    for rule in policy.rules:
        if rule.days is not None:
            found.append(Turn(f"({rule.filter}){passed}", _before_s(now_s, rule.days)))
        passed += f" NOT ({rule.filter})"
    if policy.days is not None:
        found.append(Turn(passed.strip(), _before_s(now_s, policy.days)))
    if policy.thinning is not None:
        thin = policy.thinning
        before_s = _before_s(now_s, thin.after_days)
        found.append(Turn("", before_s, thin.share, thin.slow_ms * 1_000_000))
    return found


def survey(means: Means, removal: Removal, doomed: Doomed, now_s: float) -> int:
    """Find what is too old; gives the moment, in seconds, before which something goes, 0 where nothing does."""
    policy = means.retention.of(removal.project)
    before_s = known = 0
    doomed.clear()
    if policy.thinning is not None:
        doomed.keep(means.notes.all_traces(removal.project))
    for turn in turns(policy, now_s):
        _seek(doomed, turn)
        count = len(doomed.trace_ids())
        before_s = max(before_s, turn.before_s if count > known else 0)
        known = count
    frozen_s = means.agenda.frozen_before(removal.project)
    trace_ids = doomed.trace_ids()
    counts = doomed.counts() | means.notes.count(removal.project, trace_ids)
    counts |= means.shares.count(removal.project, trace_ids)
    counts["media"] = len(means.media.named(removal.project, trace_ids))
    counts["cold_spans"] = means.cold.count(removal.project, trace_ids)
    counts["to_cold"] = sum(one.spans for one in _due(means, removal.project, policy, now_s))
    counts["quarantined"] = len(_quarantined(means, removal.project, policy, now_s))
    counts["conversations"] = means.conversations.count_older(
        removal.project, _conversations_before(policy, now_s)
    )
    moments = _moments(removal.project, policy, now_s, max(frozen_s, before_s))
    for row in doomed.engine.query(statement(_SCHEMA, "old_rows"), moments):
        counts[row["name"]] = counts.get(row["name"], 0) + row["rows"]
    found = Findings(counts=counts, examples=doomed.examples())
    removal.findings.add(found, is_more=False)
    return before_s


def retain(means: Means, removal: Removal, told: Told) -> None:
    """Remove what is too old; safe to repeat after a crash.

    First the hours that it was in are frozen, when their sums are whole. What is found by its trace goes before it.

    Raises:
        Stopped: the server stops.
    """
    now_s = means.clock()
    doomed = Doomed(means.engine, removal.project)
    trace_ids = _found(means, removal, doomed, now_s)
    told(0.1)
    try:
        _remove(means, removal.project, doomed, trace_ids, told)
    finally:
        means.notes.gone()
    policy = means.retention.of(removal.project)
    means.conversations.delete_older(removal.project, _conversations_before(policy, now_s))
    means.quarantine.erase(_quarantined(means, removal.project, policy, now_s))
    frozen_s = means.agenda.frozen_before(removal.project)
    _remove_old(doomed, policy, _moments(removal.project, policy, now_s, frozen_s))
    doomed.clear()
    _cool(means, removal.project, policy, now_s)


def _remove(
    means: Means, project: str, doomed: Doomed, trace_ids: Collection[str], told: Told
) -> None:
    if not trace_ids:
        return
    means.shares.erase(project, trace_ids)
    gone = means.media.named(project, trace_ids)
    means.media.erase(project, trace_ids, gone)
    means.cold.erase(project, trace_ids)  # first: nothing comes back then
    with means.rewriting:
        doomed.delete(lambda share: told(0.1 + 0.7 * share))


def _found(means: Means, removal: Removal, doomed: Doomed, now_s: float) -> Collection[str]:
    """Find what is too old, and again when its hours are frozen: what was judged or noted on meanwhile stays.

    Gives the traces; what was noted on them goes in the moment in which nobody has noted anything since the last look.
    """
    known, frozen_s = removal.findings, 0
    while True:
        _wait_for_the_journal(means)
        noted = means.notes.all_traces(removal.project)
        removal.findings = replace(known, counts=dict(known.counts))
        before_s = survey(means, removal, doomed, now_s)
        means.removals.begin(removal, (), ())
        if before_s > frozen_s:
            frozen_s = before_s
            means.wait(partial(_are_frozen, means, removal.project, before_s))
            continue
        trace_ids = doomed.trace_ids()
        if not trace_ids or means.notes.erase_unless_noted(removal.project, trace_ids, noted):
            return trace_ids


def _wait_for_the_journal(means: Means) -> None:
    received = means.journal.committed
    means.wait(lambda: means.journal.derived >= received)


def _cool(means: Means, project: str, policy: Policy, now_s: float) -> None:
    """Months that ended long enough ago go into cold storage; their sums stay as they are from then on."""
    for month in _due(means, project, policy, now_s):
        means.wait(partial(_are_frozen, means, project, month.to_ns // _SECOND_NS))
        means.cold.copy(month, means.go_on)
        with means.rewriting:
            means.cold.leave(month)


def _due(means: Means, project: str, policy: Policy, now_s: float) -> list[Month]:
    """The months of which spans are in the engine that are to be in cold storage."""
    if policy.cold_days is None:
        return []
    before_ns = _before_s(now_s, policy.cold_days) * _SECOND_NS
    asked = {"project": project, "to_ns": before_ns}
    rows = means.engine.query(statement(_SCHEMA, "cold_due"), asked)
    found = [Month(project, row["month"], row["spans"]) for row in rows]
    return [one for one in found if one.to_ns <= before_ns]


def _are_frozen(means: Means, project: str, before_s: int) -> bool:
    if means.agenda.freeze(project, before_s):
        return True
    means.hasten()
    return False


def _quarantined(means: Means, project: str, policy: Policy, now_s: float) -> list[int]:
    """Rows of the quarantine that came before the days of the project."""
    before_ns = _before_s(now_s, policy.days) * _SECOND_NS
    rows = means.quarantine.of_project(project) if before_ns else []
    return [one.id for one in rows if one.row.received_ns < before_ns]


def _conversations_before(policy: Policy, now_s: float) -> datetime:
    """The moment after which a conversation must have changed to stay."""
    return datetime.fromtimestamp(_before_s(now_s, policy.days), UTC)


def _seek(doomed: Doomed, turn: Turn) -> None:
    now_ns = time.time_ns()
    clauses = trace_clauses(doomed.engine, turn.filter, Stillness(now_ns, now_ns))
    values: dict[str, object] = {
        "project": doomed.project,
        "from_ns": 0,
        "to_ns": turn.before_s * _SECOND_NS,
        "share": 0 if turn.share is None else round(turn.share * _SHARES) + 1,
        "slow_ns": turn.slow_ns,
    }
    asked = compose(statement(_SCHEMA, "doomed_by_age"), clauses)
    doomed.engine.command(asked, clauses.values | values)


def _remove_old(doomed: Doomed, policy: Policy, moments: dict[str, object]) -> None:
    """What belongs to no trace: logs, scores, metrics and long texts as old as traces, sums and deliveries later."""
    engine = doomed.engine
    if policy.days is not None:
        for name in _OLD:
            remove(engine, name, moments)
        drop_series(engine, doomed.project)
    if policy.rollup_days is not None:
        remove(engine, "remove_old_deliveries", moments)
        for table in _SUMS:
            remove(engine, "remove_old_hours", moments | {"table": table})


def _moments(project: str, policy: Policy, now_s: float, frozen_s: int) -> dict[str, object]:
    """Before what things go. Sums stay as long as they can be computed anew, which would bring them back."""
    late_s = _before_s(now_s, policy.rollup_days)
    return {
        "project": project,
        "to_ns": _before_s(now_s, policy.days) * _SECOND_NS,
        "deliveries_to_ns": late_s * _SECOND_NS,
        "hours_to_ns": min(late_s, frozen_s) * _SECOND_NS,
    }


def _before_s(now_s: float, days: int | None) -> int:
    """The whole hour that is so many days ago; 0, before which there is nothing, for ever."""
    return 0 if days is None else max(0, int(now_s - days * _DAY_S)) // _HOUR_S * _HOUR_S
