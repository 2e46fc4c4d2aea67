"""How the versions of a prompt do in their calls, and what changed much from one to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

from clearspan_server.query import SQL
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_VERSIONS = 1_000  # of one answer
_LEAST_CALLS = 10  # of either version: of fewer nobody can tell
_MUCH = 1.5  # so many times as much, or as little, is worth a notice
_MORE_ERRORS = 0.05  # of the calls
_VERSIONS = statement(SQL, "prompt_versions")
_COMPARED = ("input_tokens", "output_tokens", "cost", "latency_p50_ns")


@dataclass(slots=True, frozen=True)
class VersionFigures:
    """The calls of a version in a window: averages of a call, and of those that went well how long they took.

    Cost is in US dollars, times in nanoseconds; None is unknown.
    """

    version: str
    calls: float
    error_rate: float
    input_tokens: float | None
    output_tokens: float | None
    cost: float | None
    latency_p50_ns: float | None
    latency_p95_ns: float | None
    first_ns: int
    last_ns: int


@dataclass(slots=True, frozen=True)
class Notice:
    """A measure that is much more or less in a version than in the one with calls before it."""

    version: str
    before: str
    measure: str
    was: float
    now: float


def version_figures(
    engine: Engine, project: str, name: str, window: Window
) -> list[VersionFigures]:
    """The versions of a prompt that had calls in the window, in order of their numbers."""
    found = [_figures(row) for row in _rows(engine, project, [name], [], window)]
    return sorted(found, key=lambda one: (not one.version.isdecimal(), _number(one), one.version))


def figures_of(
    engine: Engine, project: str, versions: Mapping[str, int], window: Window
) -> dict[str, VersionFigures]:
    """A version of each of these prompts, by their names; without those that had no call in the window."""
    if not versions:
        return {}
    numbers = [str(version) for version in versions.values()]
    rows = _rows(engine, project, list(versions), numbers, window)
    return {row["name"]: _figures(row) for row in rows}


def _rows(
    engine: Engine, project: str, names: Sequence[str], versions: Sequence[str], window: Window
) -> list[Row]:
    values = {
        "project": project,
        "names": list(names),
        "versions": list(versions),
        "from_ns": window.from_ns,
        "to_ns": window.to_ns,
        "limit": MAX_VERSIONS,
    }
    return engine.query(_VERSIONS, values)


def notices(figures: Sequence[VersionFigures]) -> list[Notice]:
    """What changed by half or more between two versions of many calls, and errors by a twentieth that is no chance."""
    many = [one for one in figures if one.calls >= _LEAST_CALLS]
    found: list[Notice] = []
    for before, after in pairwise(many):
        for measure in _COMPARED:
            was, now = getattr(before, measure), getattr(after, measure)
            if was and now and not 1 / _MUCH < now / was < _MUCH:
                found.append(Notice(after.version, before.version, measure, was, now))
        was, now = before.error_rate, after.error_rate
        if abs(now - was) >= _MORE_ERRORS and not _is_chance(before, after):
            found.append(Notice(after.version, before.version, "error_rate", was, now))
    return found


def _is_chance(before: VersionFigures, after: VersionFigures) -> bool:
    """Whether two error rates may well be one: they differ by less than two standard errors of their difference."""
    calls = before.calls + after.calls
    rate = (before.error_rate * before.calls + after.error_rate * after.calls) / calls
    error = (rate * (1 - rate) * (1 / before.calls + 1 / after.calls)) ** 0.5
    return bool(abs(after.error_rate - before.error_rate) < 2 * error)


def _figures(row: Row) -> VersionFigures:
    return VersionFigures(
        version=row["version"],
        calls=row["calls"],
        error_rate=row["errors"] / row["calls"] if row["calls"] else 0.0,
        input_tokens=_known(row["input_tokens"]),
        output_tokens=_known(row["output_tokens"]),
        cost=_known(row["cost"]),
        latency_p50_ns=_known(row["latency_p50_ns"]),
        latency_p95_ns=_known(row["latency_p95_ns"]),
        first_ns=row["first_ns"],
        last_ns=row["last_ns"],
    )


def _known(value: float | None) -> float | None:
    """None for what no call told: the engine says that there is no number."""
    return None if value is None or not isfinite(value) else value


def _number(one: VersionFigures) -> int:
    return int(one.version) if one.version.isdecimal() else 0
