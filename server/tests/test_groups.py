"""Sessions and users: sums of their traces, order, pages, windows, and who sees what."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from clearspan_server.api.window import rfc3339
from clearspan_server.model.span import Span
from reading import BASE_NS, HOUR_NS, SECOND_NS, Reader, span

NOUNS = pytest.mark.parametrize(
    ("noun", "column"), [("sessions", "session_id"), ("users", "user_id")]
)


def conversation() -> list[Span]:
    """Twelve traces of three sessions and two users; tokens, cost and errors differ."""
    made = []
    for number in range(1, 13):
        called: dict[str, Any] = {
            "kind": "llm",
            "request_model": f"model-{number % 3}",
            "input_tokens": number * 10,
            "output_tokens": number,
            "total_tokens": number * 11,
            "total_cost": None if number == 4 else Decimal(number) / 1_000,
        }
        who: dict[str, Any] = {
            "session_id": f"s{number % 3}",
            "user_id": "ann" if number % 2 else "bob/ö",
            "service": f"shop-{number % 2}",
        }
        status = "error" if number % 5 == 0 else "ok"
        told: dict[str, Any] = {
            "input_preview": f"question {number}",
            "output_preview": f"answer {number}",
        }
        made.append(span(number, 1, status=status, **who, **told))
        made.append(span(number, 2, parent=1, counted=number != 7, **called, **who))
    return made


@NOUNS
def test_the_sums_of_a_group_are_the_sums_of_its_traces(
    reader: Reader, noun: str, column: str
) -> None:
    reader.store(*conversation())
    traces = reader.get("/traces", limit=500)["traces"]

    rows = reader.get(f"/{noun}")[noun]

    assert {row[column]: sums(row) for row in rows} == added_up(traces, column)


def sums(row: dict[str, Any]) -> dict[str, Any]:
    named = ("traces", "errors", "input_tokens", "output_tokens", "total_tokens", "unpriced_count")
    return {name: row[name] for name in named} | {
        "total_cost": Decimal(row["total_cost"] or 0),
        "first_seen": row["first_seen"],
        "last_seen": row["last_seen"],
        "services": row["services"],
        "models": row["models"],
    }


def added_up(traces: list[dict[str, Any]], column: str) -> dict[str, dict[str, Any]]:
    """What a group must say, computed from rows of traces."""
    groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in traces:
        groups[row[column]].append(row)
    return {
        one: {
            "traces": len(rows),
            "errors": sum(row["status"] == "error" for row in rows),
            **{
                name: sum(row[name] or 0 for row in rows)
                for name in ("input_tokens", "output_tokens", "total_tokens", "unpriced_count")
            },
            "total_cost": sum(Decimal(row["total_cost"] or 0) for row in rows),
            "first_seen": min(row["start"] for row in rows),
            "last_seen": max(row["start"] for row in rows),
            "services": sorted({name for row in rows for name in row["services"]}),
            "models": sorted({name for row in rows for name in row["models"]}),
        }
        for one, rows in groups.items()
    }


def test_a_session_begins_with_its_first_question_and_ends_with_its_last_answer(
    reader: Reader,
) -> None:
    reader.store(*conversation())

    row = reader.get("/sessions/s1")

    assert (row["input_preview"], row["output_preview"]) == ("question 1", "answer 10")
    assert (row["user_id"], row["users"], row["spans"]) == ("ann", 2, 8)


def test_a_user_counts_sessions_and_the_share_of_traces_that_failed(reader: Reader) -> None:
    reader.store(*conversation())

    row = reader.get("/users/ann")

    assert (row["sessions"], row["traces"], row["errors"]) == (3, 6, 1)
    assert row["error_rate"] == pytest.approx(1 / 6)


def test_an_id_may_hold_any_letters(reader: Reader) -> None:
    reader.store(*conversation())

    row = reader.get("/users/bob%2Fö")

    assert row["user_id"] == "bob/ö"


def test_unknown_usage_is_null_and_not_zero(reader: Reader) -> None:
    reader.store(span(1, session_id="s"))

    [row] = reader.get("/sessions")["sessions"]

    assert (row["total_tokens"], row["total_cost"]) == (None, None)


def test_totals_are_of_the_window_and_of_all_time_for_one(reader: Reader) -> None:
    old_ns = BASE_NS - 300 * 24 * HOUR_NS
    reader.store(span(1, session_id="s"), span(2, session_id="s", start_ns=old_ns))

    [within] = reader.get("/sessions")["sessions"]
    whole = reader.get("/sessions/s")
    [decade] = reader.get("/sessions", from_="2020-01-01", to="2029-12-31")["sessions"]

    assert (within["traces"], whole["traces"], decade["traces"]) == (1, 2, 2)
    assert whole["first_seen"] == rfc3339(old_ns)


def test_a_window_of_a_millisecond_has_what_begins_in_it(reader: Reader) -> None:
    reader.store(span(1, user_id="ann"), span(2, user_id="bob"))
    from_ns = BASE_NS + SECOND_NS + 1_000_000

    rows = reader.get("/users", from_=rfc3339(from_ns), to=rfc3339(from_ns + 1_000_000))["users"]

    assert [row["user_id"] for row in rows] == ["ann"]


SORTS = {
    "sessions": (
        *("last_seen", "first_seen", "traces", "spans", "users", "errors", "error_rate"),
        *("tokens", "cost"),
    ),
    "users": (
        *("last_seen", "first_seen", "sessions", "traces", "errors", "error_rate"),
        *("tokens", "cost"),
    ),
}
EVERY_SORT = [(noun, sign + sort) for noun in SORTS for sort in SORTS[noun] for sign in ("", "-")]


@pytest.fixture(scope="module")
def crowd(request: pytest.FixtureRequest) -> Reader:
    """Eleven users with a session each, with ties and unknown values."""
    reader = Reader(request.getfixturevalue("engine"))
    spans = []
    for number in range(1, 32):
        one = number % 11
        known: dict[str, Any] = {"input_tokens": one % 3, "total_tokens": one % 3}
        spans.append(
            span(
                number,
                start_ns=BASE_NS - one % 4 * HOUR_NS,
                status="error" if one % 3 == number % 2 else "ok",
                user_id=f"user {one}",
                session_id=f"session {one}",
                total_cost=Decimal(one % 4) / 8 if one % 5 else None,
                **known if one % 6 else {},
            )
        )
    reader.store(*spans)
    return reader


@pytest.mark.parametrize(("noun", "sort"), EVERY_SORT)
def test_pages_put_together_are_the_whole_list(crowd: Reader, noun: str, sort: str) -> None:
    column = "session_id" if noun == "sessions" else "user_id"
    whole = [row[column] for row in crowd.get(f"/{noun}", sort=sort)[noun]]

    paged: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = crowd.get(f"/{noun}", sort=sort, limit=6, cursor=cursor)
        paged += [row[column] for row in page[noun]]
        cursor = page["next_cursor"]

    assert len(whole) == 11
    assert paged == whole


def test_the_dearest_user_comes_first_and_the_unknown_last(reader: Reader) -> None:
    costs = ((1, Decimal(2)), (2, None), (3, Decimal(3)), (4, Decimal(1)))
    made = [span(n, user_id=f"u{n}", total_cost=cost, input_tokens=1) for n, cost in costs]
    reader.store(*made)

    rows = reader.get("/users", sort="-cost")["users"]

    assert [row["user_id"] for row in rows] == ["u3", "u1", "u4", "u2"]


@NOUNS
def test_rows_are_cut_to_the_fields_that_are_asked_for(
    crowd: Reader, noun: str, column: str
) -> None:
    rows = crowd.get(f"/{noun}", fields="traces, total_cost", limit=2)[noun]

    assert [set(row) for row in rows] == [{column, "traces", "total_cost"}] * 2


@NOUNS
def test_a_filter_narrows_what_is_added_up(reader: Reader, noun: str, column: str) -> None:
    reader.store(*conversation())
    traces = reader.get("/traces", filter="model:model-1 status:ok")["traces"]

    rows = reader.get(f"/{noun}", filter="model:model-1 status:ok")[noun]

    assert 0 < len(traces) < 4
    assert {row[column]: sums(row) for row in rows} == added_up(traces, column)


@NOUNS
def test_another_project_sees_nothing(crowd: Reader, noun: str, column: str) -> None:
    with Reader(crowd.engine) as other:
        assert other.get(f"/{noun}")[noun] == []
        assert other.refusal(f"/{noun}/{column.removesuffix('_id')} 1")[0] == 404


REFUSED = [
    ({"sort": "name"}, "sort", "name"),
    ({"limit": 501}, "limit", "501"),
    ({"fields": "tracse"}, "fields", "did you mean traces"),
    ({"cursor": "nonsense"}, "cursor", "nonsense"),
    ({"from_": "yesterday"}, "from", "yesterday"),
    ({"knd": "llm"}, "knd", "llm"),
    ({"filter": "knd:llm"}, "column 1", "knd"),
]


@pytest.mark.parametrize("noun", ["sessions", "users", "failures"])
@pytest.mark.parametrize(("asked", "field", "value"), REFUSED)
def test_a_bad_value_is_refused_by_name(
    crowd: Reader, noun: str, asked: dict[str, object], field: str, value: str
) -> None:
    status, message = crowd.refusal(f"/{noun}", **asked)

    assert status == 400
    assert field in message
    assert value in message


def test_an_id_that_is_nowhere_is_named(crowd: Reader) -> None:
    status, message = crowd.refusal("/sessions/nobody")

    assert status == 404
    assert "nobody" in message
