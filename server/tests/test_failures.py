"""Failures: categories, what belongs together, and what a group says."""

from typing import Any

import pytest

from clearspan_server.api.window import rfc3339
from reading import BASE_NS, HOUR_NS, SECOND_NS, Reader, span, span_id, trace_id

CATEGORIES = ["failed", "cancelled", "retried", "slow", "timed_out"]


@pytest.fixture(scope="module")
def mixed(request: pytest.FixtureRequest) -> Reader:
    """Fifty quick calls; one of each category beside them, a trace each."""
    reader = Reader(request.getfixturevalue("engine"))
    quick = [span(n, name="answer", kind="llm", end_ns=BASE_NS + n * SECOND_NS) for n in range(50)]
    reader.store(
        *quick,
        span(101, name="plan", status="error", error_type="KeyError"),
        span(102, name="stop", status="cancelled"),
        span(103, name="again", attempt=2),
        span(104, name="once more", retry_of="a call"),
        span(105, name="answer", kind="llm", end_ns=BASE_NS + 3_000 * SECOND_NS),
        span(106, name="wait", status="error", error_class="timeout"),
        span(107, name="lost", status="crashed", end_ns=None),
        span(108, name="first", attempt=1),
    )
    return reader


@pytest.mark.parametrize(
    ("category", "names"),
    [
        ("failed", ["lost", "plan", "wait"]),
        ("cancelled", ["stop"]),
        ("retried", ["again", "once more"]),
        ("slow", ["answer"]),
        ("timed_out", ["wait"]),
    ],
)
def test_a_category_has_its_spans(mixed: Reader, category: str, names: list[str]) -> None:
    rows = mixed.get("/failures", category=category)["failures"]

    assert sorted(row["name"] for row in rows) == names
    assert {(row["category"], row["count"]) for row in rows} == {(category, 1)}


SAME = [
    ("order 17 not found", "order 18 not found"),
    ("took 3.2 s of 3 s", "took 12.75 s of 10 s"),
    ("no user 'ann'", "no user 'bob'"),
    ('no user "ann"', 'no user "bob smith"'),
    ("no table `a`", "no table `b`"),
    ("call 3f2a1b0c-0d4e-4f6a-8b7c-9d0e1f2a3b4c", "call abcdabcd-abcd-abcd-abcd-abcdabcdabcd"),
    ("request req_011CSHoEeqs5C35K2UUqR7Fy", "request req_9aZ"),
    ("at 0x7ffde4a1", "at 0x55c0"),
    ("cut at 2026-11-21T18:04:06.5Z", "cut at 2025-01-02T00:00:00.123Z"),
    ("cannot reach 10.0.0.1:8080", "cannot reach 192.168.1.20:443"),
    ("digest deadbeefdeadbeef", "digest cafecafecafecafecafe"),
]
DIFFERENT = [
    ("order not found", "user not found"),
    ("it isn't there, don't ask", "it isn't here, don't ask"),
    ("Überlauf", "Überlastung"),
    ("", "no"),
]


def test_what_differs_by_chance_belongs_together(reader: Reader) -> None:
    store_pairs(reader, SAME)

    rows = reader.get("/failures")["failures"]

    assert {row["name"]: (row["count"], row["message"]) for row in rows} == {
        other: (2, other) for _, other in SAME
    }


def test_what_differs_in_words_does_not(reader: Reader) -> None:
    store_pairs(reader, DIFFERENT)

    rows = reader.get("/failures")["failures"]

    assert [row["count"] for row in rows] == [1] * 2 * len(DIFFERENT)


def store_pairs(reader: Reader, pairs: list[tuple[str, str]]) -> None:
    """Two failures for each pair of messages, of a name that no other pair has."""
    reader.store(
        *(
            failed(2 * number + which, error_message=said, name=pair[1])
            for number, pair in enumerate(pairs, 1)
            for which, said in enumerate(pair)
        )
    )


def test_name_type_and_class_tell_failures_apart(reader: Reader) -> None:
    kinds: list[dict[str, Any]] = [{}, {"name": "a"}, {"error_type": "a"}, {"error_class": "a"}]
    reader.store(*(failed(number, **kind) for number, kind in enumerate(kinds)))

    rows = reader.get("/failures")["failures"]

    assert len({row["fingerprint"] for row in rows}) == 4


def test_a_long_message_is_told_apart_by_its_beginning(reader: Reader) -> None:
    reader.store(failed(1, error_message="x " * 90_000), failed(2, error_message="x " * 80_000))

    rows = reader.get("/failures")["failures"]

    assert [row["count"] for row in rows] == [2]


def test_a_group_says_how_often_when_where_and_to_whom(reader: Reader) -> None:
    from_ns = BASE_NS - 23 * HOUR_NS
    who: dict[str, Any] = {"service": "shop", "service_version": "1.2", "user_id": "ann"}
    reader.store(
        failed(1, 1, start_ns=from_ns + HOUR_NS // 2, **who),
        failed(1, 2, start_ns=from_ns + HOUR_NS // 2, **who),
        failed(2, 1, start_ns=BASE_NS, **who | {"service_version": "1.3", "user_id": "bob"}),
    )

    [row] = reader.get("/failures", from_=rfc3339(from_ns), to=rfc3339(BASE_NS + HOUR_NS))[
        "failures"
    ]

    assert (row["count"], row["traces"], row["users"]) == (3, 2, 2)
    assert row["sparkline"] == [2] + [0] * 22 + [1]
    assert (row["first_seen"], row["last_seen"]) == (
        rfc3339(from_ns + HOUR_NS // 2),
        rfc3339(BASE_NS),
    )
    assert (row["services"], row["versions"]) == (["shop"], ["1.2", "1.3"])
    assert row["example"] == {"trace_id": trace_id(2), "span_id": span_id(1)}


def test_a_user_that_only_the_root_names_is_affected(reader: Reader) -> None:
    reader.store(span(1, 1, user_id="ann"), failed(1, 2, parent=1), failed(2, 1))

    [row] = reader.get("/failures")["failures"]

    assert (row["count"], row["users"]) == (2, 1)


def test_the_sparkline_of_a_millisecond_and_of_ten_years_holds_all(reader: Reader) -> None:
    reader.store(failed(1, start_ns=BASE_NS), failed(2, start_ns=BASE_NS + 999_999))

    windows = [
        {"from_": rfc3339(BASE_NS), "to": rfc3339(BASE_NS + 1_000_000)},
        {"from_": "2020-01-01", "to": "2030-01-01"},
        {"from_": "1970-01-01", "to": "2099-12-31"},
    ]
    counts = [
        [sum(row["sparkline"]) for row in reader.get("/failures", **window)["failures"]]
        for window in windows
    ]

    assert counts == [[2]] * 3


@pytest.mark.parametrize("sort", ["count", "last_seen", "first_seen", "traces", "users"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_pages_put_together_are_the_whole_list(mixed: Reader, sign: str, sort: str) -> None:
    whole = [row["fingerprint"] for row in mixed.get("/failures", sort=sign + sort)["failures"]]

    paged: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = mixed.get("/failures", sort=sign + sort, limit=2, cursor=cursor)
        paged += [row["fingerprint"] for row in page["failures"]]
        cursor = page["next_cursor"]

    assert len(whole) == 3
    assert paged == whole


@pytest.mark.parametrize("category", ["failed", "retried", "timed_out"])
def test_a_fingerprint_finds_the_spans_of_its_group(mixed: Reader, category: str) -> None:
    [row, *_] = mixed.get("/failures", category=category)["failures"]

    spans = mixed.get("/spans", filter=f"fingerprint:{row['fingerprint']}")["spans"]
    narrowed = mixed.get("/failures", category=category, filter=f'name:"{row["name"]}"')

    assert [(one["trace_id"], one["span_id"]) for one in spans] == [tuple(row["example"].values())]
    assert narrowed["failures"] == [row]


def test_a_category_that_is_none_is_refused_by_name(mixed: Reader) -> None:
    status, message = mixed.refusal("/failures", category="fialed")

    assert status == 400
    assert "category" in message
    assert "fialed" in message


@pytest.mark.parametrize("category", CATEGORIES)
def test_another_project_sees_no_failure(mixed: Reader, category: str) -> None:
    with Reader(mixed.engine) as other:
        assert other.get("/failures", category=category)["failures"] == []


def failed(trace: int, number: int = 1, **fields: Any) -> Any:
    """A span that ended with an error."""
    return span(trace, number, **{"name": "act", "status": "error", "error_type": "E"} | fields)
