"""Series: every number of a panel is what plain Python makes of the exported rows; roll-ups say what spans do."""

import random
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from clearspan_server.store.agenda import Agenda
from clearspan_server.store.engine import Engine
from clearspan_server.store.rollups import compute_hours
from figuring import Row, Rows, start_ns
from reading import BASE_NS, HOUR_NS, Reader, span
from test_figures import FROM_NS, SHORT_NS, a_trace, every, framed

TRACES = 60


@pytest.fixture(scope="module")
def reader(engine: Engine) -> Iterator[Reader]:
    """A project with what the demo has, over four days."""
    chance = random.Random(7)
    with Reader(engine) as made:
        spans = [one for number in range(1, TRACES + 1) for one in a_trace(number, chance)]
        for twice in [one for one in spans if one.kind == "llm"][::7]:
            twice.counted = False  # as a call that two libraries recorded
        made.store(*spans)
        yield made


@pytest.fixture(scope="module")
def rows(reader: Reader) -> Rows:
    """Everything that starts in the window, page after page, as an export would have it."""
    whole = Rows(every(reader, "spans"), every(reader, "traces"), {})
    return whole.between(FROM_NS, BASE_NS)


@pytest.fixture(scope="module")
def agenda(
    reader: Reader, rows: Rows, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Agenda]:
    """An agenda on which nothing is due, as every hour has been computed."""
    hours = {start_ns(row) // HOUR_NS * 3_600 for row in rows.spans}
    compute_hours(reader.engine, reader.project, sorted(hours), 1)
    opened = Agenda(tmp_path_factory.mktemp("agenda") / "agenda.db")
    yield opened
    opened.close()


@pytest.fixture(params=["raw", "rollups"])
def source(request: pytest.FixtureRequest, reader: Reader, agenda: Agenda) -> Iterator[str]:
    """Where sums of a long window come from."""
    reader.agenda = agenda if request.param == "rollups" else None
    yield request.param
    reader.agenda = None


def model_of(row: Row) -> str:
    return str(row["response_model"] or row["request_model"])


def weights(rows: Iterable[Row]) -> float:
    return float(sum(row["sample_weight"] for row in rows))


def failed(rows: Iterable[Row]) -> float:
    return weights(row for row in rows if row["status"] in ("error", "crashed"))


def paid(rows: Iterable[Row]) -> float:
    """What counted rows cost; a trace has its counted spans alone."""
    amounts = (
        Decimal(row["total_cost"] or 0) * Decimal(str(row["sample_weight"]))
        for row in rows
        if row.get("counted", True)
    )
    return float(sum(amounts))


def paid_each(rows: list[Row]) -> float | None:
    held = weights(row for row in rows if row.get("counted", True))
    return paid(rows) / held if held else None


def used(name: str) -> Callable[[list[Row]], float]:
    def add(rows: list[Row]) -> float:
        held = (row for row in rows if row.get("counted", True))
        return float(sum((row[name] or 0) * row["sample_weight"] for row in held))

    return add


def timed(name: str, level: float) -> Callable[[list[Row]], float | None]:
    def find(rows: list[Row]) -> float | None:
        found = sorted(row[name] for row in rows if row[name] is not None)
        return float(found[min(len(found) - 1, int(level * len(found)))]) if found else None

    return find


def calls(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["counted"] and row["kind"] in ("llm", "embedding")]


def first_tokens(rows: list[Row]) -> float | None:
    return timed("ttft_ns", 0.95)(calls(rows))


def average(rows: list[Row]) -> float | None:
    took = [row["duration_ns"] for row in rows if row["duration_ns"] is not None]
    return sum(took) / len(took) if took else None


def people(rows: list[Row]) -> float:
    return float(len({row["user_id"] for row in rows} - {""}))


SUMS: dict[str, Callable[[list[Row]], float | None]] = {
    "count": weights,
    "errors": failed,
    "error_rate": lambda rows: failed(rows) / weights(rows),
    "cost": paid,
    "tokens": used("total_tokens"),
    "input_tokens": used("input_tokens"),
    "output_tokens": used("output_tokens"),
}
OTHERS: dict[str, Callable[[list[Row]], float | None]] = {
    "cost_avg": paid_each,
    "latency_avg": average,
    "latency_p50": timed("duration_ns", 0.5),
    "latency_p95": timed("duration_ns", 0.95),
    "latency_p99": timed("duration_ns", 0.99),
    "users": people,
    "sessions": lambda rows: float(len({row["session_id"] for row in rows} - {""})),
}
OF_CALLS: dict[str, Callable[[list[Row]], float | None]] = {
    "calls": lambda rows: weights(calls(rows)),
    "failed_calls": lambda rows: failed(calls(rows)),
    "ttft_p95": first_tokens,
}
RANKED_BY_SIZE = {
    "count",
    "errors",
    "calls",
    "failed_calls",
    "cost",
    "tokens",
    "input_tokens",
    "output_tokens",
}


def close(found: Any, expected: float | None) -> bool:
    return bool(
        found == (None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-12))
    )


def check(answer: Any, rows: list[Row], name: str, measure: Callable[[list[Row]], Any]) -> None:
    """The only line of an answer says of every step, and of the whole, what the rows do."""
    [line] = answer["lines"]
    assert close(line["total"], measure(rows))
    for start, point in zip(answer["starts"], line["points"], strict=True):
        begun = start_ns({"start": start})
        inside = [row for row in rows if begun <= start_ns(row) < begun + answer["step_ns"]]
        nothing = 0.0 if name in RANKED_BY_SIZE else None
        assert close(point, measure(inside) if inside else nothing), (name, start)


@pytest.mark.parametrize("measure", SUMS)
def test_every_sum_of_spans_is_that_of_the_rows(
    reader: Reader, rows: Rows, source: str, measure: str
) -> None:
    asked = {"of": "spans", "measure": measure, "filter": "kind:llm -name:nobody"}
    answer = reader.get("/series", **asked, **framed(FROM_NS))

    assert answer["origin"]["source"] == source
    check(answer, [row for row in rows.spans if row["kind"] == "llm"], measure, SUMS[measure])


@pytest.mark.parametrize("measure", [*OTHERS, *OF_CALLS])
def test_every_other_measure_of_spans_is_that_of_the_rows(
    reader: Reader, rows: Rows, measure: str
) -> None:
    answer = reader.get("/series", of="spans", measure=measure, **framed(FROM_NS))

    check(answer, rows.spans, measure, (OTHERS | OF_CALLS)[measure])


@pytest.mark.parametrize("measure", [*SUMS, *OTHERS])
def test_every_measure_of_traces_is_that_of_the_rows(
    reader: Reader, rows: Rows, measure: str
) -> None:
    answer = reader.get("/series", measure=measure, filter="env:staging", **framed(FROM_NS))

    staged = [row for row in rows.traces if row["environment"] == "staging"]
    check(answer, staged, measure, (SUMS | OTHERS)[measure])


@pytest.mark.parametrize("measure", ["cost", "error_rate"])
def test_the_largest_values_have_lines_and_all_others_one(
    reader: Reader, rows: Rows, source: str, measure: str
) -> None:
    asked = {"of": "spans", "measure": measure, "filter": "kind:llm", "split": "model", "top": 2}
    answer = reader.get("/series", **asked, **framed(FROM_NS))

    named: dict[str, list[Row]] = {}
    for row in rows.spans:
        if row["kind"] == "llm":
            named.setdefault(model_of(row), []).append(row)
    size = SUMS["cost" if measure == "cost" else "count"]
    order = sorted(named, key=lambda one: (-(size(named[one]) or 0), one))
    rest = [row for one in order[2:] for row in named[one]]
    groups = [*(named[one] for one in order[:2]), rest]
    assert answer["origin"]["source"] == source
    assert [line["value"] for line in answer["lines"]] == [*order[:2], ""]
    assert [line["is_others"] for line in answer["lines"]] == [False, False, True]
    assert (answer["value_count"], answer["truncated"]) == (len(named), True)
    for line, group in zip(answer["lines"], groups, strict=True):
        check(answer | {"lines": [line]}, group, measure, SUMS[measure])


def test_what_had_no_part_in_a_sum_has_no_line(engine: Engine) -> None:
    with Reader(engine) as reader:
        reader.store(span(1, name="a", status="error"), span(2, name="b"), span(3, name="c"))
        frame = framed(BASE_NS - HOUR_NS, BASE_NS + HOUR_NS)

        answer = reader.get("/series", of="spans", measure="errors", split="name", **frame)

    assert [(one["value"], one["total"]) for one in answer["lines"]] == [("a", 1)]
    assert answer["value_count"] == 3


def test_figures_are_those_of_the_overview_and_of_cost(reader: Reader) -> None:
    frame = framed(SHORT_NS)
    overview, cost = reader.get("/overview", **frame), reader.get("/cost", by="feature", **frame)
    totals = overview["totals"]

    def line(measure: str, of: str = "traces", split: str = "") -> Any:
        return reader.get("/series", of=of, measure=measure, split=split, **frame)["lines"]

    assert line("count")[0]["total"] == totals["traces"] > 0
    assert line("error_rate")[0]["total"] == totals["error_rate"]
    assert line("latency_p95")[0]["total"] == totals["latency_p95_ns"]
    assert line("ttft_p95", "spans")[0]["total"] == totals["ttft_p95_ns"]
    assert line("cost", "spans")[0]["total"] == pytest.approx(float(totals["cost"]))
    assert [point["traces"] for point in overview["series"]] == line("count")[0]["points"]
    told = {row["value"]: float(row["cost"]) for row in cost["rows"]}
    found = {one["value"]: one["total"] for one in line("cost", "spans", "feature")}
    assert found == pytest.approx(told)


def test_what_roll_ups_cannot_tell_is_read_from_spans(reader: Reader, agenda: Agenda) -> None:
    reader.agenda = agenda
    asked = {"of": "spans", "measure": "count"} | framed(FROM_NS)
    told = [
        reader.get("/series", **(asked | more))["origin"]["source"]
        for more in (
            {"filter": "kind:llm"},
            {"filter": "kind:llm user:ann"},
            {"filter": "trace.name:answer kind:llm"},
            {"filter": '"refund"'},
            {"split": "user"},
            {"split": "customer"},
            {"measure": "latency_p95"},
            {"of": "traces"},
        )
    ]
    reader.agenda = None

    assert told == ["rollups", "raw", "raw", "raw", "raw", "rollups", "raw", "raw"]


def test_rows_are_split_by_an_attribute_and_by_each_of_their_tags(engine: Engine) -> None:
    with Reader(engine) as reader:
        reader.store(
            span(1, tags=("beta", "eu"), attributes={"app.plan": '"gold"'}),
            span(2, tags=("beta",), attributes={"app.plan": '"free"'}),
            span(3, attributes={"app.plan": '"gold"'}),
        )
        frame = framed(BASE_NS - HOUR_NS, BASE_NS + HOUR_NS)

        plans = reader.get("/series", of="spans", split='attr["app.plan"]', **frame)["lines"]
        tags = reader.get("/series", of="traces", split="tag", **frame)["lines"]

    assert [(one["value"], one["total"]) for one in plans] == [("gold", 2), ("free", 1)]
    assert [(one["value"], one["total"]) for one in tags] == [("beta", 2), ("eu", 1)]


@pytest.mark.parametrize("split", ["", "name"])
@pytest.mark.parametrize("measure", ["count", "latency_p95"])
def test_nothing_has_no_lines_and_every_step(reader: Reader, split: str, measure: str) -> None:
    asked = {"filter": "name:nobody", "split": split, "measure": measure}
    answer = reader.get("/series", **asked, **framed(SHORT_NS))

    assert (answer["lines"], answer["value_count"], answer["truncated"]) == ([], 0, False)
    assert len(answer["starts"]) > 1


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"measure": "colour"}, "colour"),
        ({"of": "traces", "measure": "ttft_p95"}, "ttft_p95"),
        ({"of": "traces", "split": "tool"}, "tool"),
        ({"split": "latency"}, "latency"),
        ({"split": "attr"}, "attr"),
        ({"split": "colour"}, "colour"),
        ({"top": 21}, "21"),
        ({"filter": "modle:x"}, "modle"),
        ({"splt": "model"}, "splt"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    reader: Reader, asked: dict[str, object], named: str
) -> None:
    status, message = reader.refusal("/series", **asked)

    assert status == 400
    assert named in message


def test_splits_can_be_asked_and_every_measure_is_told(reader: Reader) -> None:
    choices = reader.get("/series/choices")
    frame = framed(SHORT_NS)

    for of in ("spans", "traces"):
        for split in choices[f"splits_of_{of}"][
            ::4
        ]:  # each is a facet, of which other tests ask all
            assert reader.get("/series", of=of, split=split, top=1, **frame)["starts"]
    told = {one["name"]: one["of"] for one in choices["measures"]}
    assert {name for name, of in told.items() if "traces" in of} == {*SUMS, *OTHERS}
    assert set(told) == {*SUMS, *OTHERS, *OF_CALLS, "ttft_p50"}
