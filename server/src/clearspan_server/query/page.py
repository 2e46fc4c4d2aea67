"""One page of a list: the window is read part by part until the page is full."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from clearspan_server.query.cursor import Cursor, decode
from clearspan_server.query.filter import Clauses, Order, compose
from clearspan_server.query.reach import reach
from clearspan_server.query.window import HOUR_NS, Window, slices
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.shown import unpacked

_MINUTE_NS = 60_000_000_000
_LATELY_NS = 15 * _MINUTE_NS
_THIN_NS = 2 * HOUR_NS  # for some thousand traces
_MOST_VERSIONS = 10_000  # of the rows of a page

_Key = tuple[int, tuple[str, ...]]  # the minute of a row's start, in seconds, and its ids


@dataclass(slots=True, frozen=True)
class Paging:
    """Which page: `sort` as `-start` or `cost` (a minus is descending), rows a page, where the last one ended."""

    sort: str = "-start"
    limit: int = 50
    cursor: str = ""

    def order(self, ids: tuple[str, ...]) -> Order:
        return Order(self.sort.removeprefix("-"), self.sort.startswith("-"), ids)


@dataclass(slots=True, frozen=True)
class Page:
    """Rows in the order asked for."""

    rows: list[Row]
    next_cursor: str | None  # None on the last page


@dataclass(slots=True, frozen=True)
class Listing:
    """Statements (their marks are described at `filter.compose`), and the columns that tell one row from another.

    `rows` gives a page in any order. What is read of very many rows should be little: then a page is found quicker by
    `places`, their keys, versions and measures, and `at`, what is at some keys. Those that `are_few` cost little by
    their start, but what is looked up for them. `shown` are the fields that `rows` and `at` give in one column.
    """

    rows: str
    places: str
    at: str
    ids: tuple[str, ...]
    shown: Sequence[str]
    are_few: bool = False

    def key(self, row: Row) -> _Key:
        return row["start_ns"] // _MINUTE_NS * 60, tuple(row[name] for name in self.ids)


@dataclass(slots=True, frozen=True)
class _Asked:
    """Which rows of a project."""

    project: object
    window: Window
    clauses: Clauses

    def values(self) -> dict[str, object]:
        return self.clauses.values | self.window.values()


@dataclass(slots=True, frozen=True)
class _Places:
    """Where rows are that pass the filter, in order; `asked` gave them, and they are all of it or so many."""

    asked: _Asked
    found: list[Row]
    are_all: bool


def read_page(
    engine: Engine, listing: Listing, window: Window, clauses: Clauses, paging: Paging
) -> Page:
    """The page of a listing; `clauses` bind the project.

    Raises:
        BadInput: the cursor is not one of this list.
    """
    order = paging.order(listing.ids)
    if paging.cursor:
        cursor = decode(paging.cursor, paging.sort, len(listing.ids))
        clauses = clauses.and_(order.after(cursor.value, cursor.ids))
        if order.measure == "start" and isinstance(cursor.value, int):
            window = _rest(window, cursor.value, order)
    wanted = paging.limit + 1
    asked = _Asked(clauses.values["project"], window, clauses)
    parts = [asked] if order.measure != "start" else []
    if paging.sort == "-start" and clauses.look_up == listing.are_few:
        parts = _parts(engine, asked)
    rows = _by_places(engine, listing, parts, order, wanted) if parts else None
    if rows is None:
        rows = _ordered(engine, listing, asked, order, wanted)
    if len(rows) < wanted:
        return Page(rows, None)
    rows = rows[: paging.limit]
    return Page(rows, _cursor(rows[-1], paging.sort, order).encode())


def _ordered(
    engine: Engine, listing: Listing, asked: _Asked, order: Order, wanted: int
) -> list[Row]:
    """So many rows, or all that there are; by their start, slice by slice of the window."""
    text = compose(listing.rows, asked.clauses, order)
    rows: list[Row] = []
    parts = iter([asked.window])
    if order.measure == "start":
        parts = slices(asked.window, newest_first=order.descending, now_ns=time.time_ns())
    for part in parts:
        limit: dict[str, object] = {"limit": wanted - len(rows)}
        found = engine.query(text, asked.clauses.values | part.values() | limit)
        rows += [unpacked(row, listing.shown) for row in found]
        if len(rows) == wanted:
            break
    return rows


def _by_places(
    engine: Engine, listing: Listing, parts: Sequence[_Asked], order: Order, wanted: int
) -> list[Row] | None:
    """So many rows of the parts, one part after the other, or all that there are; None when some change meanwhile."""
    rows: list[Row] = []
    for places in _places(engine, listing, parts, order, 2 * wanted):
        found, replaced = _at(engine, listing, places, wanted - len(rows))
        if replaced and _have_come(engine, listing, places, order, replaced):
            return None
        rows += found
        if len(rows) == wanted:
            break
    return rows


def _places(
    engine: Engine, listing: Listing, parts: Sequence[_Asked], order: Order, at_once: int
) -> Iterator[_Places]:
    """Where everything is that passes the filter, part after part and each in order, so many places at a time."""
    for part in parts:
        asked = part
        while True:
            text = compose(listing.places, asked.clauses, order)
            found = engine.query(text, asked.values() | {"limit": at_once})
            yield _Places(asked, found, are_all=len(found) < at_once)
            if len(found) < at_once:
                break
            last = found[-1]
            ids = listing.key(last)[1]
            clauses = part.clauses.and_(order.after(_measured(last, order.measure), ids))
            asked = replace(asked, clauses=clauses)
            if order.measure == "start":
                asked = replace(asked, window=_rest(asked.window, last["start_ns"], order))


def _parts(engine: Engine, asked: _Asked) -> list[_Asked]:
    """The window's end with a few traces, the part before it with some more, and the rest.

    None where traces lie so thin that the last hours of the window, read at once, cost less than finding out.
    """
    rest = asked.window
    if rest.to_ns < time.time_ns() - _LATELY_NS:
        return []
    few_ns, more_ns = reach(engine, asked.project, rest)
    if more_ns <= rest.from_ns or few_ns - more_ns > _THIN_NS:
        return []
    near = asked.clauses.near()
    return [
        _Asked(asked.project, replace(rest, from_ns=few_ns), near),
        _Asked(asked.project, Window(more_ns, few_ns), near),
        replace(asked, window=replace(rest, to_ns=more_ns)),
    ]


def _at(
    engine: Engine, listing: Listing, places: _Places, wanted: int
) -> tuple[list[Row], dict[_Key, int]]:
    """The rows at these places that no other version has replaced, in their order, at most so many; and what has.

    A row passes the filter and has its place when its own version does, so that neither is asked again.
    """
    versions: dict[_Key, int] = {}
    for place in places.found:
        key = listing.key(place)
        versions[key] = max(place["version"], versions.get(key, 0))
    hopeful = [place for place in places.found if place["version"] == versions[listing.key(place)]]
    left = list(dict.fromkeys(map(listing.key, hopeful)))
    rows: list[Row] = []
    replaced: dict[_Key, int] = {}
    while left and len(rows) < wanted:
        some, left = left[:wanted], left[wanted:]
        found = _rows(engine, listing, places.asked.project, some)
        for key in some:
            row = found.get(key)
            if row is None or row["is_deleted"]:
                continue
            if row["version"] == versions[key]:
                rows.append(row)
            else:
                replaced[key] = row["version"]
    return rows[:wanted], replaced


def _have_come(
    engine: Engine, listing: Listing, places: _Places, order: Order, replaced: Mapping[_Key, int]
) -> bool:
    """Whether one of these versions passes the filter and belongs among the places: it came when these had been read.

    One that was there before does not pass, or is behind them.
    """
    ids = [f"{name} in {{replaced_{name}:Array(String)}}" for name in listing.ids]
    values: dict[str, object] = {"replaced_minutes": sorted({minute_s for minute_s, _ in replaced})}
    for number, name in enumerate(listing.ids):
        values[f"replaced_{name}"] = sorted({ids[number] for _, ids in replaced})
    chosen = Clauses(["start_minute in {replaced_minutes:Array(UInt32)}", *ids], values)
    asked = replace(places.asked, clauses=places.asked.clauses.and_(chosen))
    text = compose(listing.places, asked.clauses, order)
    last = places.found[-1] if not places.are_all else None
    return any(
        replaced.get(listing.key(place)) == place["version"]
        and (last is None or not _is_behind(place, last, order))
        for place in engine.query(text, asked.values() | {"limit": _MOST_VERSIONS})
    )


def _is_behind(row: Row, other: Row, order: Order) -> bool:
    mine, its = _rank(row, order), _rank(other, order)
    return mine < its if order.descending else mine > its


def _rank(row: Row, order: Order) -> tuple[bool, int | Decimal, tuple[str, ...]]:
    """What is unknown is last, in either direction; of equal ones the ids decide."""
    value = _measured(row, order.measure)
    is_first = (value is not None) == order.descending
    return is_first, value or 0, tuple(row[name] for name in order.ids)


def _rows(
    engine: Engine, listing: Listing, project: object, keys: Sequence[_Key]
) -> dict[_Key, Row]:
    """The newest version of what is at these keys; of equal ones the last."""
    values: dict[str, object] = {"project": project, "minutes": sorted({key[0] for key in keys})}
    for number, name in enumerate(listing.ids):
        values[f"{name}s"] = sorted({ids[number] for _, ids in keys})
    newest: dict[_Key, Row] = {}
    for row in engine.query(listing.at, values):
        key = listing.key(row)
        if key not in newest or row["version"] >= newest[key]["version"]:
            newest[key] = row
    return {key: unpacked(row, listing.shown) for key, row in newest.items()}


def _rest(window: Window, start_ns: int, order: Order) -> Window:
    if order.descending:
        return replace(window, to_ns=min(window.to_ns, start_ns + 1))
    return replace(window, from_ns=max(window.from_ns, start_ns))


def _cursor(row: Row, sort: str, order: Order) -> Cursor:
    return Cursor(sort, _measured(row, order.measure), tuple(row[name] for name in order.ids))


def _measured(row: Row, measure: str) -> int | Decimal | None:
    if measure == "duration":
        return None if row["end_ns"] is None else int(row["end_ns"] - row["start_ns"])
    value: int | Decimal | None = row[
        {"start": "start_ns", "cost": "total_cost", "tokens": "total_tokens"}[measure]
    ]
    return value
