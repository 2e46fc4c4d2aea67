"""Several spans with everything in them, and what their sender calls them and their traces."""

from collections.abc import Iterator, Sequence

from clearspan_server.errors import BadInput
from clearspan_server.query import SQL
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.statements import statement

MAX_SPANS = 10_000  # of one trace
MAX_BYTES = 64 * 1024 * 1024  # of one answer
_AT_ONCE = 50  # a span is a few kilobytes, and may be a few megabytes

_WHOLE = statement(SQL, "spans_whole")
_IDS = statement(SQL, "span_ids")

Key = tuple[str, str]  # trace id, span id


def read_whole(
    engine: Engine, project: str, keys: Sequence[Key], *, max_bytes: int = MAX_BYTES
) -> Iterator[Row]:
    """Every column of these spans, in the order asked for; those that are gone are left out.

    Raises:
        BadInput: they hold more than `max_bytes`.
    """
    size = 0
    for first in range(0, len(keys), _AT_ONCE):
        wanted = keys[first : first + _AT_ONCE]
        values = {
            "project": project,
            "trace_ids": sorted({key[0] for key in wanted}),
            "span_ids": sorted({key[1] for key in wanted}),
        }
        found = {(row["trace_id"], row["span_id"]): row for row in engine.query(_WHOLE, values)}
        size += sum(map(_size, found.values()))
        if size > max_bytes:
            raise BadInput(
                f"the answer would hold more than {max_bytes} bytes: ask for fewer rows at once,"
                " or for the spans of one trace page by page",
                limit=max_bytes,
            )
        yield from (found[key] for key in wanted if key in found)


def _size(row: Row) -> int:
    texts = sum(len(value) for value in row.values() if isinstance(value, str))
    return texts + sum(map(len, row["attributes"].values()))


def span_ids(
    engine: Engine, project: str, trace_ids: Sequence[str], of_spans: Sequence[str] = ()
) -> list[Row]:
    """The ids of the spans of traces in order of start, of each the first `MAX_SPANS`.

    With `of_spans` only those, and roots. Beside each stand `sent_trace_id` and `sent_span_id`, "" where the sender
    has none of its own, its `cost` where it counts, and whether it `tells` of its trace as a whole.
    """
    if not trace_ids:
        return []
    values = {
        "project": project,
        "trace_ids": sorted(set(trace_ids)),
        "span_ids": sorted(set(of_spans)),
        "limit": MAX_SPANS,
    }
    return engine.query(_IDS, values)
