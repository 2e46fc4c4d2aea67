"""Retention: what is older than its project keeps it goes; sums by the hour outlive it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from clearspan_server.jobs.removal_means import Means
from clearspan_server.model.removal import Findings, Removal
from clearspan_server.model.retention import Policy
from clearspan_server.query.filter import Stillness, compose, trace_clauses
from clearspan_server.store.doomed import Doomed
from clearspan_server.store.statements import statement

_SCHEMA = "clearspan_server.store.schema"
_HOUR_S = 3_600
_DAY_S = 86_400
_SECOND_NS = 1_000_000_000
_SHARES = 10_000
_OLD = ("remove_old_logs", "remove_old_metrics")
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


def survey(means: Means, removal: Removal, doomed: Doomed) -> int:
    """Find what is too old; gives the moment, in seconds, before which something goes, 0 where nothing does."""
    policy = means.retention.of(removal.project)
    now_s = time.time()
    noted = sorted(means.notes.all_traces(removal.project))
    before_s = known = 0
    doomed.clear()
    for turn in turns(policy, now_s):
        _seek(doomed, turn, noted)
        count = len(doomed.trace_ids())
        before_s = max(before_s, turn.before_s if count > known else 0)
        known = count
    frozen_s = means.agenda.frozen_before(removal.project)
    counts = doomed.counts() | means.notes.count(removal.project, doomed.trace_ids())
    counts["media"] = len(means.media.of_traces(removal.project, doomed.trace_ids()))
    counts |= {
        name: counts.get(name, 0) + rows
        for name, rows in _old(doomed, policy, now_s, max(frozen_s, before_s))
    }
    removal.findings = Findings(counts=counts, examples=doomed.examples())
    return before_s


def retain(means: Means, removal: Removal, told: Told) -> None:
    """Remove what is too old. First the hours that it was in are frozen, when their sums are whole.

    Raises:
        Stopped: the server stops.
    """
    received = means.journal.committed
    means.wait(lambda: means.journal.derived >= received)
    doomed = Doomed(means.engine, removal.project)
    before_s = survey(means, removal, doomed)
    told(0.1)
    if before_s:
        means.wait(lambda: _are_frozen(means, removal.project, before_s))
    trace_ids = doomed.trace_ids()
    if trace_ids:
        with means.rewriting:
            doomed.delete(lambda share: told(0.1 + 0.7 * share))
        means.notes.erase(removal.project, trace_ids)
        means.media.erase(removal.project, trace_ids)
    frozen_s = means.agenda.frozen_before(removal.project)
    _remove_old(doomed, means.retention.of(removal.project), frozen_s)
    doomed.clear()


def _are_frozen(means: Means, project: str, before_s: int) -> bool:
    if means.agenda.freeze(project, before_s):
        return True
    means.hasten()
    return False


def _seek(doomed: Doomed, turn: Turn, noted: list[str]) -> None:
    now_ns = time.time_ns()
    clauses = trace_clauses(doomed.engine, turn.filter, Stillness(now_ns, now_ns))
    values: dict[str, object] = {
        "project": doomed.project,
        "from_ns": 0,
        "to_ns": turn.before_s * _SECOND_NS,
        "share": 0 if turn.share is None else round(turn.share * _SHARES) + 1,
        "slow_ns": turn.slow_ns,
        "noted": [] if turn.share is None else noted,
    }
    asked = compose(statement(_SCHEMA, "doomed_by_age"), clauses)
    doomed.engine.command(asked, clauses.values | values)


def _old(doomed: Doomed, policy: Policy, now_s: float, frozen_s: int) -> list[tuple[str, int]]:
    """How much goes that belongs to no trace."""
    values = _moments(doomed, policy, now_s, frozen_s)
    rows = doomed.engine.query(statement(_SCHEMA, "old_rows"), values)
    return [(row["name"], row["rows"]) for row in rows]


def _remove_old(doomed: Doomed, policy: Policy, frozen_s: int) -> None:
    """What belongs to no trace: logs and metrics as old as traces, sums and deliveries later."""
    engine, now_s = doomed.engine, time.time()
    values = _moments(doomed, policy, now_s, frozen_s)
    if policy.days is not None:
        for name in _OLD:
            engine.command(statement(_SCHEMA, name), values)
        doomed.drop_series()
    if policy.rollup_days is not None:
        engine.command(statement(_SCHEMA, "remove_old_deliveries"), values)
        for table in _SUMS:
            engine.command(statement(_SCHEMA, "remove_old_hours"), values | {"table": table})


def _moments(doomed: Doomed, policy: Policy, now_s: float, frozen_s: int) -> dict[str, object]:
    """Before what things go. Sums stay as long as they can be computed anew, which would bring them back."""
    late_s = _before_s(now_s, policy.rollup_days)
    return {
        "project": doomed.project,
        "to_ns": _before_s(now_s, policy.days) * _SECOND_NS,
        "deliveries_to_ns": late_s * _SECOND_NS,
        "hours_to_ns": min(late_s, frozen_s) * _SECOND_NS,
    }


def _before_s(now_s: float, days: int | None) -> int:
    """The whole hour that is so many days ago; 0, before which there is nothing, for ever."""
    return 0 if days is None else max(0, int(now_s - days * _DAY_S)) // _HOUR_S * _HOUR_S
