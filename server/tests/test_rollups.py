"""Sums by hour: what the roll-ups say is what the spans say, whatever happened to the spans."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clearspan_server.jobs.derive import crash
from clearspan_server.jobs.rollups import Rollups
from clearspan_server.model.span import Span
from clearspan_server.query.rollups import GROUPS, sums_by_hour
from clearspan_server.query.window import Window
from clearspan_server.store.agenda import Agenda, Hour
from clearspan_server.store.columns import to_batch
from clearspan_server.store.derived import Bounds, derive_traces
from clearspan_server.store.engine import Engine
from clearspan_server.store.rollups import compute_hours, newest_generation, next_generation, sweep
from clearspan_server.store.statements import statement
from reading import BASE_NS, HOUR_NS, SECOND_NS, Reader, span
from running import until

HOUR_START_NS = BASE_NS // HOUR_NS * HOUR_NS
HOUR_S = HOUR_START_NS // SECOND_NS
WINDOW = Window(HOUR_START_NS, HOUR_START_NS + HOUR_NS)
AFTER = 1_000_000_000_000_000_000  # a version above those of the first spans

SUMS = (
    *("spans", "errors", "cancelled", "unpriced_calls"),
    *("input_tokens", "output_tokens", "total_tokens"),
    *("cache_read_tokens", "cache_write_tokens", "reasoning_tokens"),
)
MONEY = {"input_cost": "input_cost", "output_cost": "output_cost", "total_cost": "cost"}


def call(number: int, **fields: Any) -> Span:
    """A priced model call within the hour; every number differs from the next."""
    start_ns = HOUR_START_NS + number * SECOND_NS
    values: dict[str, Any] = {
        "start_ns": start_ns,
        "end_ns": start_ns + (number * 37 % 101 + 1) * 10_000_000,
        "kind": "llm",
        "name": "chat",
        "service": f"service {number % 3}",
        "provider": "openai",
        "request_model": f"model {number % 2}",
        "status": ("ok", "ok", "error", "cancelled")[number % 4],
        "ttft_ns": (number % 7 + 1) * 1_000_000,
        "input_tokens": 1_000 + number,
        "output_tokens": 100 + number,
        "total_tokens": 1_100 + 2 * number,
        "cache_read_tokens": number,
        "cache_write_tokens": number % 5,
        "reasoning_tokens": number % 3,
        "input_cost": Decimal(number) / 10**6,
        "output_cost": Decimal(number) / 10**9,
        "total_cost": Decimal(number) / 10**6 + Decimal(number) / 10**9,
    }
    return span(number, 1, **(values | fields))


def expected(spans: Iterable[Span]) -> dict[str, dict[str, object]]:
    """The sums by service, computed beside the engine from the spans as they are now."""
    groups: dict[str, list[Span]] = {}
    for one in spans:
        groups.setdefault(one.service, []).append(one)
    return {service: summed(group) for service, group in groups.items()}


def summed(group: list[Span]) -> dict[str, object]:
    counts = [one for one in group if one.counted]
    pays = [one for one in counts if one.input_tokens is not None]
    sums: dict[str, object] = {
        "spans": sum(one.sample_weight for one in group),
        "errors": sum(one.sample_weight for one in group if one.status == "error"),
        "cancelled": sum(one.sample_weight for one in group if one.status == "cancelled"),
        "unpriced_calls": sum(one.sample_weight for one in pays if one.total_cost is None),
    }
    for name in SUMS[4:]:
        sums[name] = sum((getattr(one, name) or 0) * one.sample_weight for one in counts)
    for column, name in MONEY.items():
        weighted = (
            (getattr(one, column) or Decimal(0)) * Decimal(one.sample_weight) for one in counts
        )
        sums[name] = sum(weighted, Decimal(0))
    return sums


def found(reader: Reader) -> dict[str, dict[str, object]]:
    rows = sums_by_hour(reader.engine, reader.project, WINDOW, "service")
    return {row["value"]: {name: row[name] for name in (*SUMS, *MONEY.values())} for row in rows}


def compute(reader: Reader) -> None:
    generation = next_generation(newest_generation(reader.engine))
    compute_hours(reader.engine, reader.project, [HOUR_S], generation)


@contextmanager
def working(engine: Engine, agenda: Agenda) -> Iterator[Rollups]:
    job = Rollups(engine, agenda)
    job.start()
    try:
        yield job
    finally:
        job.stop(timeout_s=60)


@pytest.fixture
def agenda(tmp_path: Path) -> Iterator[Agenda]:
    opened = Agenda(tmp_path / "agenda.db")
    yield opened
    opened.close()


def test_the_sums_of_an_hour_are_those_of_its_spans(reader: Reader) -> None:
    spans = [call(number) for number in range(200)]
    spans[5].total_cost = None
    reader.store(*spans)

    compute(reader)

    assert found(reader) == expected(spans)


def test_late_and_corrected_and_deleted_spans_change_the_sums(reader: Reader) -> None:
    spans = {number: call(number) for number in range(60)}
    reader.store(*spans.values())
    compute(reader)
    late = call(60)
    corrected = call(3, input_tokens=5, total_cost=Decimal("0.5"), version=AFTER)
    gone = call(4, version=AFTER, is_deleted=True)
    reader.store(late, corrected, gone)

    compute(reader)

    del spans[4]
    assert found(reader) == expected((spans | {3: corrected, 60: late}).values())


def test_a_weight_scales_counts_and_money_and_marks_them_as_estimated(reader: Reader) -> None:
    spans = [call(number, sample_weight=2.5, service="one") for number in range(10)]
    reader.store(*spans, call(11, service="two"))

    compute(reader)

    assert found(reader)["one"] == summed(spans)
    rows = sums_by_hour(reader.engine, reader.project, WINDOW, "service")
    assert {row["value"]: bool(row["is_estimated"]) for row in rows} == {"one": True, "two": False}


def test_usage_and_cost_are_of_counted_spans_only(reader: Reader) -> None:
    inner = call(1)
    outer = call(1, service="service 1")
    outer.span_id, inner.parent_id = f"{2:016x}", f"{2:016x}"
    reader.store(outer, inner)

    compute(reader)

    assert found(reader)["service 1"]["spans"] == 2
    assert found(reader)["service 1"]["input_tokens"] == inner.input_tokens


def test_quantiles_are_near_those_of_the_spans(reader: Reader) -> None:
    spans = [call(number) for number in range(1_000)]
    reader.store(*spans)

    compute(reader)

    (row,) = sums_by_hour(reader.engine, reader.project, WINDOW, "hour")
    for name, values in {
        "latency_quantiles_ns": sorted(one.end_ns - one.start_ns for one in spans if one.end_ns),
        "ttft_quantiles_ns": sorted(one.ttft_ns or 0 for one in spans),
    }.items():
        for level, quantile in zip((0.5, 0.9, 0.95, 0.99), row[name], strict=True):
            near = (
                values[int((level - 0.02) * 1_000)],
                values[min(999, int((level + 0.02) * 1_000))],
            )
            assert near[0] * 0.98 <= quantile <= near[1] * 1.02


def test_an_hour_without_spans_is_empty_again(reader: Reader) -> None:
    reader.store(call(1))
    compute(reader)
    reader.store(call(1, version=AFTER, is_deleted=True))

    compute(reader)

    assert found(reader) == {}


def test_the_sums_can_be_told_apart_by_every_dimension(reader: Reader) -> None:
    reader.store(*(call(number, customer_id="acme", feature="search") for number in range(4)))
    compute(reader)

    values = {
        by: {row["value"] for row in sums_by_hour(reader.engine, reader.project, WINDOW, by)}
        for by in GROUPS
    }

    assert values["hour"] == {""}
    assert values["model"] == {"model 0", "model 1"}
    assert values["customer"] == {"acme"}
    assert values["feature"] == {"search"}


def test_the_route_gives_sums_with_money_as_text(reader: Reader) -> None:
    reader.store(call(1, total_cost=Decimal("0.25")), call(3, end_ns=None, ttft_ns=None))
    compute(reader)

    asked = {"from_": HOUR_S * 1_000, "to": (HOUR_S + 3_600) * 1_000}
    reply = reader.get("/rollups", by="service", **asked)

    first, second = reply["rows"]
    assert (first["value"], first["latency_p50_ns"]) == ("service 0", None)
    assert (second["value"], second["cost"], second["spans"]) == ("service 1", "0.25", 1.0)


def test_a_sweep_leaves_what_holds_and_removes_what_does_not(reader: Reader) -> None:
    reader.store(call(1))
    compute(reader)
    compute(reader)
    before = found(reader)

    sweep(reader.engine)

    assert found(reader) == before
    assert generations(reader) == 1


def generations(reader: Reader) -> int:
    asked = "select uniqExact(generation) as n from rollups where project = {project:String}"
    (row,) = reader.engine.query(asked, {"project": reader.project})
    return int(row["n"])


def test_the_job_works_off_the_agenda(reader: Reader, agenda: Agenda) -> None:
    spans = [call(number) for number in range(20)]
    reader.store(*spans)
    agenda.mark([(reader.project, HOUR_S)])

    with working(reader.engine, agenda) as job:
        until(lambda: job.waiting() == 0)

        assert found(reader) == expected(spans)
        assert (job.computed, job.lag_s(), job.trouble) == (1, 0.0, "")


def test_nobody_who_waits_for_sums_waits_for_the_rest_after_a_long_round(
    reader: Reader, agenda: Agenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clearspan_server.jobs.rollups._LOOK_S", 0.01)
    monkeypatch.setattr("clearspan_server.jobs.rollups._LONGEST_REST_S", 3_600.0)
    monkeypatch.setattr("clearspan_server.jobs.rollups._SHARE", 1_000_000)
    reader.store(call(1))
    agenda.mark([(reader.project, HOUR_S)])

    with working(reader.engine, agenda) as job:
        until(lambda: job.waiting() == 0)
        agenda.mark([(reader.project, HOUR_S)])
        job.hasten()
        until(lambda: job.waiting() == 0)

        assert job.computed == 2


def test_an_hour_that_an_earlier_version_computed_is_computed_again(
    reader: Reader, agenda: Agenda
) -> None:
    reader.store(call(1))
    generation = next_generation(newest_generation(reader.engine))
    hour = datetime.fromtimestamp(HOUR_S, UTC)
    reader.engine.insert_rows(
        "rollup_hours",
        ["project", "hour", "generation", "layout"],
        [[reader.project, hour, generation, 1]],
    )

    with working(reader.engine, agenda) as job:
        until(lambda: job.waiting() == 0)

        assert found(reader) == expected([call(1)])


def test_hours_of_before_there_were_roll_ups_are_told_from_computed_ones(reader: Reader) -> None:
    reader.store(call(1), call(2, start_ns=HOUR_START_NS - HOUR_NS))
    compute(reader)
    told = statement("clearspan_server.store.schema", "rollup_hours_unknown").partition(
        "layout)\n"
    )[2]

    rows = [row for row in reader.engine.query(told) if row["project"] == reader.project]

    assert [row["hour"].timestamp() for row in rows] == [HOUR_S - 3_600]


def test_a_trace_changes_the_hour_of_its_start_though_its_new_span_is_of_another(
    reader: Reader,
) -> None:
    root = call(1)
    reader.store(root)
    late = call(1, start_ns=HOUR_START_NS + 2 * HOUR_NS)
    late.span_id, late.parent_id, late.project = f"{2:016x}", root.span_id, reader.project
    batch = pa.Table.from_batches([to_batch([late])])
    reader.engine.insert("spans", batch, token=reader.project)

    derived = derive_traces(reader.engine, [(reader.project, root.trace_id)])

    assert (reader.project, HOUR_S) in derived.hours


def test_the_hour_that_a_trace_leaves_is_marked_before_it_is_left(reader: Reader) -> None:
    root = call(1)
    reader.store(root)
    early = call(1, start_ns=HOUR_START_NS - 2 * HOUR_NS)
    early.span_id, early.parent_id, early.project = f"{2:016x}", root.span_id, reader.project
    batch = pa.Table.from_batches([to_batch([early])])
    reader.engine.insert("spans", batch, token=reader.project)
    traces: list[tuple[set[Hour], int]] = []

    def mark(hours: Iterable[Hour]) -> None:
        (row,) = reader.get("/traces", from_=0)["traces"]
        traces.append((set(hours), row["span_count"]))

    derive_traces(reader.engine, [(reader.project, root.trace_id)], Bounds(mark=mark))

    assert traces == [({(reader.project, HOUR_S)}, 1)]


def test_the_hour_that_a_span_leaves_is_marked_before_it_is_left(reader: Reader) -> None:
    root, early, late = (call(1, start_ns=HOUR_START_NS - n * HOUR_NS) for n in (2, 1, 0))
    early.span_id = late.span_id = f"{2:016x}"
    early.parent_id = late.parent_id = root.span_id
    reader.store(root, early)
    late.version, late.project = AFTER, reader.project
    batch = pa.Table.from_batches([to_batch([late])])
    reader.engine.insert("spans", batch, token=reader.project)
    marked: list[tuple[set[Hour], int]] = []

    def mark(hours: Iterable[Hour]) -> None:
        marked.append((set(hours), len(reader.get("/spans", from_=0)["spans"])))

    derive_traces(reader.engine, [(reader.project, root.trace_id)], Bounds(mark=mark))

    assert marked == [({(reader.project, HOUR_S - 3_600)}, 3)]
    assert len(reader.get("/spans", from_=0)["spans"]) == 2


def test_the_hour_of_a_span_that_crashed_is_marked_before_that_is_stored(reader: Reader) -> None:
    root = call(1, status="open", end_ns=None, process="p1")
    reader.store(root)
    marked: list[tuple[set[Hour], str]] = []

    def statuses() -> list[str]:
        return [one["status"] for one in reader.get("/spans", from_=0)["spans"]]

    def mark(hours: Iterable[Hour]) -> None:
        marked.append((set(hours), statuses()[0]))

    crash(reader.engine, [(reader.project, root.trace_id)], "p1", (), mark)

    assert marked == [({(reader.project, HOUR_S)}, "open")]
    assert statuses() == ["crashed"]


def test_an_hour_that_is_marked_while_it_is_computed_stays_due(agenda: Agenda) -> None:
    hour = ("default", HOUR_S)
    agenda.mark([hour])
    (due,) = agenda.due()
    agenda.mark([hour])

    agenda.done(due.hour, due.mark)

    (again,) = agenda.due()
    assert (again.hour, again.mark) == (hour, 2)
    assert again.since_s >= due.since_s


def test_what_is_due_outlives_the_process(tmp_path: Path) -> None:
    agenda = Agenda(tmp_path / "agenda.db")
    agenda.mark([("default", HOUR_S), ("other", HOUR_S)])
    agenda.close()

    opened = Agenda(tmp_path / "agenda.db")

    assert {due.hour for due in opened.due()} == {("default", HOUR_S), ("other", HOUR_S)}
    opened.close()


def test_what_a_crash_left_between_rows_and_generation_is_not_read(reader: Reader) -> None:
    reader.store(call(1))
    compute(reader)
    before = found(reader)
    half = {"project": reader.project, "generation": time.time_ns()}
    reader.engine.command(
        "insert into rollups select * replace ({generation:UInt64} as generation) from rollups"
        " where project = {project:String}",
        half,
    )

    assert found(reader) == before
    sweep(reader.engine)
    assert generations(reader) == 1
    assert found(reader) == before
