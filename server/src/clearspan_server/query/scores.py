"""Scores: the list, the names that a project uses, and what a page of traces or spans shows of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from clearspan_server.model.score import Judgement, judgement
from clearspan_server.query import SQL
from clearspan_server.query.cursor import TEXT, Cursor, decode
from clearspan_server.query.filter import counting
from clearspan_server.query.page import Page
from clearspan_server.query.window import Window
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

_LIST = statement(SQL, "scores")
_NAMES = statement(SQL, "score_names")
_OF_TRACES = statement(SQL, "scores_of_traces")
_OF_SPANS = statement(SQL, "scores_of_spans")
_VERSION = statement(SQL, "scores_version")
_ANY = statement(SQL, "scores_any")
MAX_COUNTED = 1_000_000
_SORT = "-created"
_FIRST = Cursor(_SORT, 2**63 - 1, ("",))  # ahead of every score

Judgements = Mapping[str, Judgement]  # by the name of what is judged
NONE: Judgements = {}

# What is known of the projects of an engine: None of one that has scores, else how many inserts had left it without.
_known: WeakKeyDictionary[Engine, dict[str, int | None]] = WeakKeyDictionary()
_MOST_KNOWN = 1_000


@dataclass(slots=True, frozen=True)
class Asked:
    """Which scores; "" is any."""

    trace_id: str = ""
    span_id: str = ""
    session_id: str = ""
    name: str = ""
    environment: str = ""
    source: str = ""
    type: str = ""
    score_ids: Sequence[str] = ()
    experiment_ids: Sequence[str] = ()
    trace_ids: Sequence[str] = ()


def list_scores(
    engine: Engine, project: str, window: Window, asked: Asked, limit: int, cursor: str
) -> Page:
    """The scores that were received in the window, newest first.

    Raises:
        BadInput: the cursor is not one of this list.
    """
    after = decode(cursor, _SORT, 1, TEXT) if cursor else _FIRST
    values = {
        **_values(project, asked),
        "after_ns": after.value,
        "after_id": after.ids[0],
        "limit": limit + 1,
    }
    rows = engine.query(_LIST, values | window.values())
    if len(rows) <= limit:
        return Page(rows, None)
    last = rows[limit - 1]
    return Page(rows[:limit], Cursor(_SORT, last["created_ns"], (last["score_id"],)).encode())


def count_scores(engine: Engine, project: str, window: Window, asked: Asked) -> int:
    """How many scores the list has, a million at most."""
    first = {"after_ns": _FIRST.value, "after_id": _FIRST.ids[0], "limit": MAX_COUNTED}
    [row] = engine.query(counting(_LIST), _values(project, asked) | first | window.values())
    return int(row["rows"])


def _values(project: str, asked: Asked) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(asked, name) for name in Asked.__slots__}
    for several in ("score_ids", "experiment_ids", "trace_ids"):
        values[several] = list(getattr(asked, several))
    return {"project": project} | values


def score_names(engine: Engine, project: str) -> list[Row]:
    """Name, type, count, average and last time of what is judged in the project; at most 1 000."""
    return engine.query(_NAMES, {"project": project})


def scores_of_traces(
    engine: Engine, project: str, trace_ids: Collection[str]
) -> Mapping[str, Judgements]:
    """The newest judgements of traces, by trace id; long words are cut to 200 characters."""
    if not trace_ids or not _has_scores(engine, project):
        return {}
    found: dict[str, dict[str, Judgement]] = {}
    for row in engine.query(_OF_TRACES, {"project": project, "trace_ids": list(trace_ids)}):
        found.setdefault(row["trace_id"], {})[row["name"]] = judgement(*row["judged"])
    return found


def scores_of_spans(
    engine: Engine, project: str, trace_ids: Collection[str], span_ids: Collection[str] = ()
) -> Mapping[tuple[str, str], Judgements]:
    """The newest judgements of spans, by trace and span id; of all spans of the traces, or of some."""
    if not trace_ids or not _has_scores(engine, project):
        return {}
    values = {"project": project, "trace_ids": sorted(set(trace_ids)), "span_ids": list(span_ids)}
    found: dict[tuple[str, str], dict[str, Judgement]] = {}
    for row in engine.query(_OF_SPANS, values):
        of_span = found.setdefault((row["trace_id"], row["span_id"]), {})
        of_span[row["name"]] = judgement(*row["judged"])
    return found


def scores_version(engine: Engine, project: str, trace_id: str) -> str:
    """What is another one after every change of the scores of a trace and its spans."""
    if not _has_scores(engine, project):
        return "0.0"  # as of a trace of which nothing is judged
    [row] = engine.query(_VERSION, {"project": project, "trace_id": trace_id})
    return f"{row['count']:x}.{row['newest']:x}"


def _has_scores(engine: Engine, project: str) -> bool:
    """Whether a project may have scores. Most have none, and a page of theirs need not look for them."""
    inserts = engine.inserts(
        "scores"
    )  # before it is asked: what is inserted meanwhile is asked for again
    if inserts is None:
        return True
    known = _known.setdefault(engine, {})
    told = known.get(project, -1)
    if told is None or told == inserts:
        return told is None
    has_scores = bool(engine.query(_ANY, {"project": project}))
    if len(known) >= _MOST_KNOWN:
        known.clear()
    known[project] = None if has_scores else inserts
    return has_scores
