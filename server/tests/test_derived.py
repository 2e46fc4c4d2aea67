"""Traces are derived from the minutes in which their spans start, wherever these lie."""

import uuid
from collections.abc import Iterator

import pyarrow as pa
import pytest

from clearspan_server.ingest.batches import starts_of
from clearspan_server.model.span import Span
from clearspan_server.store.columns import to_batch
from clearspan_server.store.derived import Bounds, derive_traces
from clearspan_server.store.engine import Engine
from reading import BASE_NS, HOUR_NS, MINUTE_NS, Reader, span, trace_id

DAY_NS = 24 * HOUR_NS


@pytest.fixture
def reader(engine: Engine) -> Iterator[Reader]:
    with Reader(engine) as one:
        yield one


def come(reader: Reader, *spans: Span) -> None:
    """Store spans and derive their traces, knowing no more than when these start."""
    for one in spans:
        one.project = reader.project
    rows = pa.Table.from_batches([to_batch(spans)])
    reader.engine.insert("spans", rows, token=uuid.uuid4().hex)
    starts = starts_of(rows)
    derive_traces(reader.engine, sorted(starts), Bounds(starts))


def counted(reader: Reader) -> dict[str, int]:
    """The spans of each trace of the last month."""
    rows = reader.get("/traces", from_=(BASE_NS - 30 * DAY_NS) // 1_000_000)["traces"]
    return {row["trace_id"]: row["span_count"] for row in rows}


def test_traces_of_today_and_of_last_week_come_together(reader: Reader) -> None:
    come(
        reader,
        span(1),
        span(1, 2, parent=1, start_ns=BASE_NS + 3 * MINUTE_NS),
        span(2, start_ns=BASE_NS - 7 * DAY_NS),
        span(2, 2, parent=1, start_ns=BASE_NS - 7 * DAY_NS + 2 * MINUTE_NS),
    )

    assert counted(reader) == {trace_id(1): 2, trace_id(2): 2}


@pytest.mark.parametrize("later_ns", [20 * MINUTE_NS, 5 * HOUR_NS, 3 * DAY_NS])
def test_a_span_that_comes_later_is_added_to_those_that_were_known(
    reader: Reader, later_ns: int
) -> None:
    start_ns = BASE_NS - 4 * DAY_NS
    come(reader, span(1, start_ns=start_ns), span(1, 2, parent=1, start_ns=start_ns + MINUTE_NS))

    come(reader, span(1, 3, parent=1, start_ns=start_ns + later_ns))

    assert counted(reader) == {trace_id(1): 3}


def test_a_span_that_started_before_all_that_were_known_moves_its_trace(reader: Reader) -> None:
    come(reader, span(1, 2, parent=1))

    come(reader, span(1, start_ns=BASE_NS - 2 * HOUR_NS))

    (row,) = reader.get("/traces", from_=0)["traces"]
    assert (row["span_count"], row["name"]) == (2, "step 1")


def test_a_row_of_an_earlier_version_does_not_say_when_its_last_span_starts(reader: Reader) -> None:
    come(reader, span(1), span(1, 2, parent=1, start_ns=BASE_NS + 30 * MINUTE_NS))
    reader.engine.command(
        "alter table traces update last_start_ns = 0 where project = {project:String}"
        " settings mutations_sync = 1",
        {"project": reader.project},
    )

    come(reader, span(1, 3, parent=1))

    assert counted(reader) == {trace_id(1): 3}
