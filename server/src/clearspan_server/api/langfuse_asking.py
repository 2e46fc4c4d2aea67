"""Langfuse's parameters as questions here: filters in the filter language, windows, and pages by number."""

from datetime import UTC, datetime

from clearspan_server.api.langfuse_shapes import PageAsked
from clearspan_server.api.window import ALL_TIME
from clearspan_server.errors import BadInput
from clearspan_server.query.page import Paging
from clearspan_server.query.window import Window

MAX_DEEP = 10_000  # rows that are read for one page by its number


def term(field: str, value: str) -> str:
    """A term of the filter language: the field has exactly this value; "" where none is asked for."""
    if not value:
        return ""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{field}:"{escaped}"'


def all_of(*terms: str) -> str:
    """Terms that must all hold, without those that are empty."""
    return " ".join(one for one in terms if one)


def any_of(*terms: str) -> str:
    """Terms of which one must hold, without those that are empty."""
    asked = [one for one in terms if one]
    return f"({' OR '.join(asked)})" if len(asked) > 1 else "".join(asked)


def framed(since: datetime | None, until: datetime | None) -> Window:
    """The window from one moment up to and without another; without them all time.

    Raises:
        BadInput: it ends before it begins.
    """
    from_ns = ALL_TIME.from_ns if since is None else _ns(since)
    to_ns = ALL_TIME.to_ns if until is None else _ns(until)
    if from_ns >= to_ns:
        raise BadInput(f"the window from {since} to {until} has no length")
    return Window(max(from_ns, ALL_TIME.from_ns), min(to_ns, ALL_TIME.to_ns))


def numbered(rows: int, sort: str = "-start") -> Paging:
    """The first rows of a list."""
    return Paging(sort, rows)


def paging_to(asked: PageAsked, sort: str = "-start") -> Paging:
    """All rows up to the end of a page, which then begins at `asked.offset`.

    Raises:
        BadInput: the page lies too deep.
    """
    deep = asked.page * asked.limit
    if deep > MAX_DEEP:
        raise BadInput(
            f"page {asked.page} ends at row {deep}; {MAX_DEEP} can be reached by number:"
            " narrow the window of time"
        )
    return numbered(deep, sort)


def _ns(at: datetime) -> int:
    known = at if at.tzinfo else at.replace(tzinfo=UTC)
    return int(known.timestamp() * 1_000_000) * 1_000
