"""The histogram and the facets of a list."""

from typing import Any

import pytest

from clearspan_server.api.window import rfc3339
from reading import BASE_NS, HOUR_NS, MINUTE_NS, Reader, span

HOUR = {"from_": rfc3339(BASE_NS), "to": rfc3339(BASE_NS + HOUR_NS)}


@pytest.fixture(scope="module")
def hour(request: pytest.FixtureRequest) -> Reader:
    """Ten traces of three spans, one every six minutes; every third fails."""
    reader = Reader(request.getfixturevalue("engine"))
    spans = []
    for number in range(10):
        start_ns = BASE_NS + number * 6 * MINUTE_NS
        status = "error" if number % 3 == 0 else "ok"
        root: dict[str, Any] = {"user_id": f"u{number % 2}", "tags": ["a", f"t{number % 5}"]}
        spans += [
            span(number + 1, 1, start_ns=start_ns, status=status, name="run", **root),
            span(number + 1, 2, parent=1, start_ns=start_ns + 1, kind="llm", request_model="m"),
            span(number + 1, 3, parent=1, start_ns=start_ns + 2, kind="tool", status=status),
        ]
    reader.store(*spans)
    return reader


def test_a_histogram_has_every_row_in_its_step(hour: Reader) -> None:
    of_traces = hour.get("/histogram", buckets=10, **HOUR)
    of_spans = hour.get("/histogram", of="spans", buckets=5, **HOUR)

    assert of_traces["step_ms"] == 360_000
    assert [(one["count"], one["errors"]) for one in of_traces["points"]] == [
        (1, int(number % 3 == 0)) for number in range(10)
    ]
    assert [(one["count"], one["errors"]) for one in of_spans["points"]] == [
        (6, 2),
        (6, 2),
        (6, 0),
        (6, 2),
        (6, 2),
    ]
    assert of_spans["points"][1]["start"] == rfc3339(BASE_NS + 12 * MINUTE_NS)


@pytest.mark.parametrize(
    ("window", "steps", "count"),
    [
        ({"from_": rfc3339(BASE_NS), "to": rfc3339(BASE_NS + 1_000_000)}, 1, 1),
        ({"from_": rfc3339(BASE_NS), "to": rfc3339(BASE_NS + 1)}, 1, 1),
        ({"from_": "2020-01-01", "to": "2030-01-01"}, 60, 10),
        ({"from_": "1970-01-01", "to": "2099-12-31"}, 60, 10),
        ({}, 60, 10),
    ],
)
def test_a_window_of_any_width_has_at_most_the_steps_that_are_asked_for(
    hour: Reader, window: dict[str, object], steps: int, count: int
) -> None:
    points = hour.get("/histogram", **window)["points"]

    assert len(points) == steps
    assert sum(one["count"] for one in points) == count


def test_facets_count_the_rows_of_a_list_by_the_values_of_a_field(hour: Reader) -> None:
    fields = ["status", "kind", "user", "tag"]

    of_traces = by_field(hour.get("/facets", field=fields, **HOUR))
    of_spans = by_field(hour.get("/facets", of="spans", field=fields, **HOUR))

    assert of_traces == {
        "status": {"ok": 6, "error": 4},
        "kind": {"other": 10, "llm": 10, "tool": 10},
        "user": {"u0": 5, "u1": 5},
        "tag": {"a": 10, "t0": 2, "t1": 2, "t2": 2, "t3": 2, "t4": 2},
    }
    assert of_spans["status"] == {"ok": 22, "error": 8}
    assert of_spans["kind"] == {"llm": 10, "other": 10, "tool": 10}


def test_traces_are_counted_alike_whether_their_rows_tell_what_their_spans_are_or_not(
    hour: Reader,
) -> None:
    asked = {"field": ["kind", "status", "name", "model"], **HOUR}
    with Reader(hour.engine) as older:
        names = [f"step {number}" for number in range(1, 103)]  # more than a row tells
        older.store(*(span(1, n, parent=n > 1, name=name) for n, name in enumerate(names, 1)))
        told = hour.get("/facets", **asked)
        untold = by_field(older.get("/facets", limit=100, **asked))
    hour.engine.command(
        "insert into traces select * replace ([] as kinds, version + 1 as version)"
        " from traces final where project = {project:String}",
        {"project": hour.project},
    )

    found = hour.get("/facets", **asked)

    assert found == told
    assert len(untold["name"]) == 100
    assert untold["kind"] == {"other": 1}


def by_field(answer: Any) -> dict[str, dict[str, int]]:
    return {
        facet["field"]: {one["value"]: one["count"] for one in facet["values"]}
        for facet in answer["facets"]
    }


def test_a_facet_has_the_most_frequent_values_first_and_no_more_than_are_asked_for(
    hour: Reader,
) -> None:
    [facet] = hour.get("/facets", field="tag", limit=2, **HOUR)["facets"]

    assert [one["value"] for one in facet["values"]] == ["a", "t0"]


def test_a_filter_narrows_what_is_counted(hour: Reader) -> None:
    asked = {"filter": "status:error user:u1", **HOUR}

    points = hour.get("/histogram", buckets=10, **asked)["points"]
    of_traces = by_field(hour.get("/facets", field=["status", "model"], **asked))
    of_spans = by_field(hour.get("/facets", of="spans", field="name", **asked))

    assert [one["count"] for one in points] == [0, 0, 0, 1, 0, 0, 0, 0, 0, 1]
    assert of_traces == {"status": {"error": 2}, "model": {"m": 2}}
    assert of_spans == {"name": {"run": 2, "step 3": 2}}


def test_another_project_counts_nothing(hour: Reader) -> None:
    with Reader(hour.engine) as other:
        points = other.get("/histogram", of="spans", **HOUR)["points"]
        facets = other.get("/facets", of="spans", field=["kind", "tag"], **HOUR)["facets"]

    assert sum(one["count"] for one in points) == 0
    assert [facet["values"] for facet in facets] == [[], []]


@pytest.mark.parametrize(
    ("path", "asked", "named"),
    [
        ("/histogram", {"of": "users"}, "users"),
        ("/histogram", {"buckets": 0}, "0"),
        ("/histogram", {"buckets": 501}, "501"),
        ("/facets", {"field": "colour"}, "colour"),
        ("/facets", {}, "field"),
        ("/facets", {"field": "kind", "limit": 0}, "limit"),
    ],
)
def test_a_bad_value_is_refused_by_name(
    hour: Reader, path: str, asked: dict[str, object], named: str
) -> None:
    status, message = hour.refusal(path, **asked)

    assert status == 400
    assert named in message
