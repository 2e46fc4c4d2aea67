"""Metrics: what points mean, over HTTP, held against computations of its own."""

import random
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from clearspan_server.api.window import rfc3339
from clearspan_server.ingest.draft import Rejected
from clearspan_server.ingest.series import SeriesCap
from clearspan_server.model.metric import MetricPoint
from measuring import Json, Metrics, at, counter, gauge, number
from running import Server

MODELS = ("a", "b", "c")


@pytest.fixture(scope="module")
def metrics(server: Server) -> Metrics:
    """A project with a gauge of three models in two regions, and a counter with all that can happen to one."""
    made = Metrics(server)
    made.send(
        gauge("load", *(number(t, v, model=m, region=r) for t, v, m, r in LOADS), unit="ms"),
        counter("calls", *CALLS),
        *COUNTERS,
    )
    return made


def loads() -> list[tuple[float, float, str, str]]:
    """Moments, values, models and regions."""
    chance = random.Random(7)
    return [
        (at_s, round(chance.lognormvariate(3, 1), 3), chance.choice(MODELS), chance.choice("xy"))
        for at_s in range(0, 3600, 2)
    ]


LOADS = loads()
# Since the start: 5, 9, 9; then the process starts anew and says so: 2, 6; a point comes late and one twice.
CALLS = [
    number(60, 5, since_s=0),
    number(180, 9, since_s=0),
    number(120, 7, since_s=0),
    number(180, 9, since_s=0),
    number(300, 2, since_s=240),
    number(360, 6, since_s=240),
]
COUNTERS = [
    # Of somebody who never says since when: the first point says nothing, and one below it began at zero.
    counter("falls", number(60, 100), number(120, 103), number(180, 2), number(240, 5)),
    counter("deltas", number(60, 4, since_s=0), number(120, 3, since_s=60), is_delta=True),
    counter("level", number(60, 4), number(90, 8), number(150, 1), is_monotonic=False),
    # Two processes that call themselves the same.
    counter(
        "twins",
        *(number(10 * n, 10 * n, since_s=0) for n in range(1, 7)),
        *(number(10 * n + 1, n, since_s=1) for n in range(1, 7)),
    ),
]


def in_steps(step_s: int, keep: Any) -> dict[int, list[float]]:
    found: dict[int, list[float]] = {}
    for at_s, value, model, region in LOADS:
        if keep(model, region):
            found.setdefault(int(at_s // step_s), []).append(value)
    return found


@pytest.mark.parametrize("stat", ["avg", "min", "max", "sum", "count", "rate", "p50", "p99"])
def test_every_stat_of_a_gauge_is_that_of_its_points_by_group_and_step(
    metrics: Metrics, stat: str
) -> None:
    made: Any = {
        "avg": np.mean,
        "min": np.min,
        "max": np.max,
        "sum": np.sum,
        "count": len,
        "rate": lambda values: sum(values) / 300,
        "p50": lambda values: np.quantile(values, 0.5),
        "p99": lambda values: np.quantile(values, 0.99),
    }[stat]

    reply = metrics.query("load", stat, step="5m", by=["region", "model"])

    assert (reply["step_ms"], reply["unit"], reply["truncated"]) == (300_000, "ms", False)
    assert reply["starts"] == [rfc3339(at(300 * step)) for step in range(12)]
    assert len(reply["series"]) == 6
    for line in reply["series"]:
        labels = line["labels"]
        steps = in_steps(300, lambda *given: given == (labels["model"], labels["region"]))  # noqa: B023
        expected = [made(steps[step]) if step in steps else None for step in range(12)]
        assert line["values"] == pytest.approx(expected)


def test_a_label_narrows_to_the_series_that_have_it(metrics: Metrics) -> None:
    only = metrics.values("load", "count", step="1h", where=['model="a"', "region!=x"])

    assert only == [sum(row[2:] == ("a", "y") for row in LOADS)]
    assert metrics.query("load", "avg", where='model="nobody"')["series"] == []


def test_the_last_value_is_the_newest(metrics: Metrics) -> None:
    assert metrics.values("load", "last", step="1h") == [LOADS[-1][1]]


def test_a_counter_that_is_cumulative_counts_what_came_since_its_last_point(
    metrics: Metrics,
) -> None:
    assert metrics.values("calls", "sum", 420, step="1m") == [5, 2, 2, 2, 4]
    assert metrics.values("calls", "rate", step="1h") == [15 / 3600]


def test_what_a_window_counts_began_before_it(metrics: Metrics) -> None:
    late: Json = {"from_": rfc3339(at(100)), "to": rfc3339(at(320))}

    assert metrics.values("calls", "sum", step="1h", **late) == [6]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("falls", [3, 2, 3]), ("deltas", [4, 3]), ("twins", [50 + 5, 10 + 1])],
)
def test_counters_of_every_kind_are_increases(
    metrics: Metrics, name: str, expected: list[float]
) -> None:
    assert metrics.values(name, "sum", step="1m") == expected


def test_a_sum_that_may_fall_is_a_level(metrics: Metrics) -> None:
    reply = metrics.query("level", "avg", 180, step="1m")

    assert (reply["reading"], reply["series"][0]["values"]) == ("values", [None, 6, 1])


def test_a_counter_goes_on_where_it_was_hours_before(server: Server) -> None:
    metrics = Metrics(server)
    metrics.send(counter("sparse", number(-30_000, 7, since_s=-40_000)))
    metrics.send(counter("sparse", number(600, 9, since_s=-40_000)))

    assert metrics.values("sparse", "sum", step="1h") == [2]
    whole: Json = {"from_": rfc3339(at(-50_000))}
    assert sum(metrics.values("sparse", "sum", step="1h", **whole)) == 9


def test_a_point_that_is_sent_again_is_stored_once(server: Server) -> None:
    metrics = Metrics(server)
    for _ in range(2):
        metrics.send(gauge("again", number(5, 2.5)), counter("more", number(5, 2, since_s=0)))

    assert metrics.values("again", "count", step="1h") == [1]
    assert metrics.values("more", "sum", step="1h") == [2]


def test_names_tell_what_a_metric_is_and_labels_what_it_can_be_split_by(metrics: Metrics) -> None:
    names = metrics.answer("names", prefix="LO").body
    labels = metrics.answer("labels", name="load").body["labels"]
    values = metrics.answer("labels", name="load", label="model", prefix="A").body["values"]

    [load] = names["names"]
    assert (load["name"], load["type"], load["unit"], load["series"]) == ("load", "gauge", "ms", 6)
    assert load["labels"] == ["model", "region", "service"]
    assert load["last_seen"] == rfc3339(at(LOADS[-1][0]))
    assert (names["cap"]["series_today"], names["truncated"]) == (11, False)
    assert {row["label"]: row["values"] for row in labels} == {
        "model": 3,
        "region": 2,
        "service": 1,
    }
    assert values == [{"value": "a", "series": 2}]


def test_an_answer_has_the_largest_series_and_says_what_is_left_out(server: Server) -> None:
    metrics = Metrics(server)
    metrics.send(gauge("many", *(number(1, n, item=f"i{n}") for n in range(60))))

    reply = metrics.query("many", "avg", by="item")

    assert (len(reply["series"]), reply["series_count"], reply["truncated"]) == (50, 60, True)
    assert reply["series"][0]["labels"] == {"item": "i59"}
    assert reply["left_out"] == ["10 of 60 series: the largest are here"]
    fine = metrics.query("many", "avg", 86_400, step="1s")
    assert (fine["step_ms"], fine["truncated"]) == (60_000, True)


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"name": "nothing"}, 404, "no metric 'nothing'"),
        ({"name": "load", "step": "5 minutes"}, 400, "'5 minutes'"),
        ({"name": "load", "step": "0"}, 400, "'0'"),
        ({"name": "load", "where": "model"}, 400, "'model'"),
        ({"name": "load", "stat": "median"}, 422, ""),
    ],
)
def test_a_question_that_cannot_be_answered_is_told_what_is_wrong(
    metrics: Metrics, asked: dict[str, object], status: int, said: str
) -> None:
    answer = metrics.answer("query", **asked)

    assert answer.status in (status, 400)
    assert said in answer.says


def test_a_project_may_have_so_many_series_a_day() -> None:
    now_s = [0.0]
    cap, rejected = SeriesCap(2, lambda: now_s[0]), list[Rejected]()
    points = [
        MetricPoint(project="p", name="m", series=series, time_ns=1, type="gauge")
        for series in (1, 2, 3, 1)
    ]

    kept = cap.admitted(points, rejected)
    now_s[0] = 86_400
    later = cap.admitted(points[2:], rejected)

    assert [point.series for point in kept] == [1, 2, 1]
    assert [one.code for one in rejected] == ["too_many_series"]
    assert (len(later), cap.count("p")) == (2, 2)


def test_random_counters_count_what_was_counted(server: Server) -> None:
    chance = random.Random(11)
    metrics, points, expected = Metrics(server), [], dict.fromkeys(range(20), 0)
    for worker in ("w1", "w2", "w3"):
        total, start_s = 0, 0.0
        moments = sorted(chance.sample(range(1, 1200), 150))
        for before_s, at_s in pairwise([0, *moments]):
            if chance.random() < 0.05:
                total, start_s = 0, before_s + 0.5
            came = chance.randrange(5)
            total += came
            expected[at_s // 60] += came
            points.append(number(at_s, total, since_s=start_s, worker=worker))
    chance.shuffle(points)
    metrics.send(counter("c", *points[:200]))
    metrics.send(counter("c", *points[150:]))

    assert metrics.query("c", "sum", 1200, step="1m")["series"][0]["values"] == list(
        expected.values()
    )


def test_steps_of_our_choice_are_longer_than_the_time_between_points(server: Server) -> None:
    made = Metrics(server)
    made.send(
        counter("steady", *(number(15 * slot, 150 * slot, since_s=0) for slot in range(1, 60)))
    )

    reply = made.query("steady", "rate", 900)

    assert reply["step_ms"] == 30_000
    # The first step has the one point that ends within it, after the start.
    assert reply["series"][0]["values"] == [5.0] + [10.0] * 29
