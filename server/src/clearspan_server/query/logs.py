"""Log records: a page of them, one whole, and how many there are of each span of a trace."""

import re
import time
from dataclasses import dataclass

from clearspan_server.errors import NotFound
from clearspan_server.query import SQL
from clearspan_server.query.cursor import Cursor, decode
from clearspan_server.query.filter import Clauses, Stillness, compose, log_clauses, logs_of
from clearspan_server.query.page import Page
from clearspan_server.query.window import MINUTE_NS, Window, slices
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_SPANS = 100_000  # as many as a trace shows

_PLACES = statement(SQL, "logs_places")
_AT = statement(SQL, "logs_at")
_LOG = statement(SQL, "log")
_OF_TRACE = statement(SQL, "logs_of_trace")

_SORT = "-time"
_ID = re.compile(r"[0-9a-f]{16}")
# A time within the years that are taken, and the hash of the content.
_LOG_ID = re.compile(r"([0-9]{18,19})-([0-9a-f]{16})")
_LAST_NS = 2**63 - 1


@dataclass(slots=True, frozen=True)
class LogQuestion:
    """What log records must fulfil: a filter, and the trace and span that they name, empty for any."""

    filter: str = ""
    trace_id: str = ""
    span_id: str = ""
    limit: int = 100
    cursor: str = ""


def list_logs(
    engine: Engine, project: str, window: Window, asked: LogQuestion, still: Stillness
) -> Page:
    """The log records of the window that pass the filter, the newest first, each with the beginning of its body.

    Raises:
        BadInput: the filter or the cursor cannot be read.
    """
    clauses = Clauses([], {"project": project}).and_(logs_of(asked.trace_id, asked.span_id))
    clauses = clauses.and_(log_clauses(engine, asked.filter, still))
    behind_ns, behind_id = _LAST_NS, 0
    if asked.cursor:
        cursor = decode(asked.cursor, _SORT, 1, _ID)
        behind_ns, behind_id = int(cursor.value or 0), int(cursor.ids[0], 16)
    window = Window(window.from_ns, min(window.to_ns, max(behind_ns, window.from_ns) + 1))
    values = clauses.values | {"behind_ns": behind_ns, "behind_id": behind_id}
    text = compose(_PLACES, clauses)
    places: list[Row] = []
    for part in slices(window, newest_first=True, now_ns=time.time_ns()):
        wanted = {"limit": asked.limit + 1 - len(places)}
        places += engine.query(text, values | part.values() | wanted)
        if len(places) > asked.limit:
            break
    shown = places[: asked.limit]
    rows = _at(engine, project, shown)
    if len(places) <= asked.limit:
        return Page(rows, None)
    last = shown[-1]
    return Page(rows, Cursor(_SORT, last["time_ns"], (f"{last['record_id']:016x}",)).encode())


def _at(engine: Engine, project: str, places: list[Row]) -> list[Row]:
    if not places:
        return []
    values: dict[str, object] = {
        "project": project,
        "minutes": sorted({place["time_ns"] // MINUTE_NS * 60 for place in places}),
        "record_ids": sorted({place["record_id"] for place in places}),
    }
    return engine.query(_AT, values)


def log_id(row: Row) -> str:
    """What names a log record in a project: its time and its hash, so that it is found by the sort key."""
    return f"{row['time_ns']}-{row['record_id']:016x}"


def read_log(engine: Engine, project: str, named: str) -> Row:
    """One log record: every column of the table `logs`, and its `level`.

    Raises:
        NotFound: the project has no such record.
    """
    found = _LOG_ID.fullmatch(named)
    if found and int(found[1]) <= _LAST_NS:
        place = {"time_ns": int(found[1]), "record_id": int(found[2], 16)}
        rows = engine.query(_LOG, {"project": project, **place})
        if rows:
            return rows[0]
    raise NotFound(f"no log record {named[:60]!r} in project {project!r}", id=named[:60])


def count_logs(engine: Engine, project: str, trace_id: str) -> list[Row]:
    """Of each span of a trace that has any how many (`logs`), and the highest `level`; no body is read.

    Records that name the trace and no span have the span id "".
    """
    values = {"project": project, "trace_id": trace_id, "limit": MAX_SPANS}
    return engine.query(_OF_TRACE, values)
