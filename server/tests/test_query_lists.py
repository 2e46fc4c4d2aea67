"""Lists of traces and spans: filters, order, pages, and who sees what."""

import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from clearspan_server.api.window import rfc3339
from clearspan_server.model.span import Span
from reading import BASE_NS, HOUR_NS, SECOND_NS, Reader, span, trace_id

FOUND = [
    ("kind:tool", {"kind": "tool"}),
    ("status:error", {"status": "error"}),
    ("model:gpt-5", {"request_model": "gpt-5"}),
    ("model:gpt-5-2026", {"response_model": "gpt-5-2026"}),
    ("provider:openai", {"provider": "openai"}),
    ("name:plan", {"name": "plan"}),
    ("user:ann", {"user_id": "ann"}),
    ("session:s1", {"session_id": "s1"}),
    ("service:shop", {"service": "shop"}),
    ("env:prod", {"environment": "prod"}),
    ("tag:vip", {"tags": ["new", "vip"]}),
    ("error:RateLimit", {"error_type": "RateLimit"}),
    ("latency>=2s", {"end_ns": BASE_NS + 10 * SECOND_NS}),
    ("cost>=0.0123", {"total_cost": Decimal("0.0123"), "input_tokens": 1}),
    ("tokens>=100", {"total_tokens": 100, "input_tokens": 100}),
    ("refund", {"input": "please refund me"}),
]
BOTH = pytest.mark.parametrize(("asked", "fields"), FOUND)


@BOTH
def test_a_filter_finds_the_trace_that_has_it(
    reader: Reader, asked: str, fields: dict[str, Any]
) -> None:
    reader.store(span(1), span(2, **fields), span(3))

    found = reader.traces(filter=asked)

    assert found == [2]


@BOTH
def test_a_filter_finds_the_span_that_has_it(
    reader: Reader, asked: str, fields: dict[str, Any]
) -> None:
    reader.store(span(1), span(2, **fields), span(3))

    found = reader.spans(filter=asked)

    assert found == [(2, 1)]


def test_upper_bounds_leave_out_what_is_above_and_what_is_unknown(reader: Reader) -> None:
    spent: dict[str, Any] = {"input_tokens": 1, "total_tokens": 1, "total_cost": Decimal("0.5")}
    reader.store(span(1, **spent), span(2, **spent | {"total_cost": Decimal(1)}), span(3))

    found = reader.traces(filter="cost<=0.5")

    assert found == [1]


def test_values_of_a_field_are_alternatives_and_fields_add_up(reader: Reader) -> None:
    reader.store(
        span(1, user_id="ann", environment="prod"),
        span(2, user_id="bob", environment="prod"),
        span(3, user_id="ann", environment="test"),
        span(4, user_id="eve", environment="prod"),
    )

    found = reader.traces(filter="user:(ann OR bob) env:prod")

    assert found == [2, 1]


def test_one_span_must_fulfil_all_that_is_asked_of_a_span(reader: Reader) -> None:
    split = (span(1, 1), span(1, 2, parent=1, kind="llm"), span(1, 3, parent=1, provider="openai"))
    whole = (span(2, 1), span(2, 2, parent=1, kind="llm", provider="openai"))
    reader.store(*split, *whole)

    found = reader.traces(filter="kind:llm provider:openai")

    assert found == [2]


def test_a_span_long_after_the_window_still_finds_its_trace(reader: Reader) -> None:
    late_ns = BASE_NS + 3 * HOUR_NS
    reader.store(
        span(1, 1, start_ns=BASE_NS - 48 * HOUR_NS, end_ns=late_ns + SECOND_NS),
        span(1, 2, parent=1, kind="tool", start_ns=late_ns),
    )

    found = reader.traces(
        filter="kind:tool",
        from_=rfc3339(BASE_NS - 49 * HOUR_NS),
        to=rfc3339(BASE_NS - 47 * HOUR_NS),
    )

    assert found == [1]


def test_text_that_looks_like_sql_is_only_text(reader: Reader) -> None:
    nasty = "'] or 1=1) -- {project:String} /*filter*/ true \\' %s"
    reader.store(span(1), span(2, name=nasty, user_id=nasty, tags=[nasty]))

    quoted = nasty.replace("\\", "\\\\")
    found = [reader.traces(filter=f'{field}:"{quoted}"') for field in ("name", "user", "tag")]

    assert found == [[2], [2], [2]]


@pytest.mark.parametrize("q", ["') or 1=1 --", "{project:String}", "a\\'b", "x/*filter*/true"])
def test_a_search_that_looks_like_sql_finds_only_itself(reader: Reader, q: str) -> None:
    reader.store(span(1, input="nothing of the kind"), span(2, output=f"it says {q} there"))

    found = reader.traces(filter=f'"{q}"')

    assert found == [2]


def test_another_project_sees_nothing(reader: Reader) -> None:
    reader.store(span(1, kind="llm", request_model="m", input="word"))

    with Reader(reader.engine) as other:
        assert other.traces() == []
        assert other.spans(filter="word") == []
        assert other.get("/values/model")["values"] == []
        assert other.get("/overview")["totals"]["traces"] == 0
        assert other.refusal(f"/traces/{trace_id(1)}")[0] == 404
        assert other.refusal(f"/traces/{trace_id(1)}/spans/{1:016x}")[0] == 404


def test_of_two_versions_of_a_span_only_the_newer_is_seen(reader: Reader) -> None:
    reader.store(span(1, status="open", end_ns=None, input="early"))
    reader.store(span(1, status="ok", input="late", version=2))

    assert reader.spans() == [(1, 1)]
    assert reader.spans(filter="status:open") == []
    assert reader.traces(filter="early") == []


def some_spans() -> list[Span]:
    """A span a trace: four at each start, the starts hours apart, with ties and unknown values everywhere."""
    made = []
    for number in range(1, 24):
        start_ns = BASE_NS - number // 4 * 3 * HOUR_NS
        is_open = number % 6 == 0
        made.append(
            span(
                number,
                start_ns=start_ns,
                end_ns=None if is_open else start_ns + (1 + number % 2) * SECOND_NS,
                status="open" if is_open else "ok",
                total_cost=None if number % 7 == 0 else Decimal(number % 3) / 10,
                input_tokens=1,
                total_tokens=None if number % 5 == 0 else number % 4,
            )
        )
    return made


@pytest.mark.parametrize("measure", ["start", "duration", "cost", "tokens"])
@pytest.mark.parametrize("direction", ["", "-"])
def test_pages_put_together_are_the_whole_list(
    reader: Reader, measure: str, direction: str
) -> None:
    reader.store(*some_spans())
    sort = direction + measure
    whole_traces = reader.traces(sort=sort, limit=500)
    whole_spans = reader.spans(sort=sort, limit=500)

    pages_of_traces = all_pages(reader, "traces", sort)
    pages_of_spans = all_pages(reader, "spans", sort)

    assert len(whole_traces) == 23
    assert pages_of_traces == whole_traces == [trace for trace, _ in whole_spans]
    assert pages_of_spans == whole_traces


def all_pages(reader: Reader, what: str, sort: str) -> list[int]:
    """The trace numbers of a list read in pages of three."""
    found: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = reader.get(f"/{what}", sort=sort, limit=3, cursor=cursor)
        assert len(page[what]) == 3 or page["next_cursor"] is None
        found += [int(row["trace_id"], 16) for row in page[what]]
        cursor = page["next_cursor"]
    return found


def test_a_list_is_sorted_by_its_measure_with_the_unknown_last(reader: Reader) -> None:
    costs = ((1, Decimal(2)), (2, None), (3, Decimal(3)), (4, Decimal(1)))
    reader.store(*(span(number, total_cost=cost, input_tokens=1) for number, cost in costs))

    assert reader.traces(sort="-cost") == [3, 1, 4, 2]
    assert reader.traces(sort="cost") == [4, 1, 3, 2]


def test_the_window_takes_its_beginning_and_leaves_its_end(reader: Reader) -> None:
    reader.store(*(span(number, start_ns=BASE_NS + number) for number in (1, 2, 3)))

    found = reader.traces(from_=rfc3339(BASE_NS + 1), to=rfc3339(BASE_NS + 3))

    assert found == [2, 1]


def test_a_time_may_have_an_offset_or_be_in_milliseconds(reader: Reader) -> None:
    reader.store(span(1, start_ns=1_700_000_000_500_000_000))

    assert reader.traces(from_="2023-11-15T00:13:20.5+02:00", to="1700000001000") == [1]
    assert reader.traces(from_="1700000000000", to="2023-11-14T22:13:20.5Z") == []


def test_times_and_money_lose_no_digit(reader: Reader) -> None:
    start_ns = BASE_NS + 123_456_789
    cost = Decimal("0.000000000001")
    reader.store(span(1, start_ns=start_ns, total_cost=cost, input_tokens=2**53 + 1))

    [row] = reader.get("/traces")["traces"]

    assert row["start"].endswith(".123456789Z")
    assert row["duration_ns"] == SECOND_NS
    assert row["total_cost"] == "0.000000000001"
    assert row["input_tokens"] == 2**53 + 1


REFUSED = [
    ({"filter": "kind:modell"}, "column 6", "modell"),
    ({"filter": "word " * 801}, "column 4001", "4005"),
    ({"sort": "name"}, "sort", "name"),
    ({"limit": 0}, "limit", "0"),
    ({"limit": 501}, "limit", "501"),
    ({"limit": "many"}, "limit", "many"),
    ({"from_": "yesterday"}, "from", "yesterday"),
    ({"from_": "2026-13-01T00:00:00Z"}, "from", "2026-13-01"),
    ({"to": "1969-12-31T23:59:59Z"}, "to", "1969"),
    ({"to": "2106-02-08T00:00:00Z"}, "to", "2106"),
    ({"from_": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "from", "2026-01-02"),
    ({"kind": "llm"}, "kind", "llm"),
    ({"cursor": "nonsense"}, "cursor", "nonsense"),
    ({"cursor": "ö"}, "cursor", "ö"),
]


@pytest.mark.parametrize("what", ["traces", "spans"])
@pytest.mark.parametrize(("asked", "field", "value"), REFUSED)
def test_a_bad_value_is_refused_by_name(
    reader: Reader, what: str, asked: dict[str, object], field: str, value: str
) -> None:
    status, message = reader.refusal(f"/{what}", **asked)

    assert status == 400
    assert field in message
    assert value in message


# What a trace is made of, by the state that it is in; times in seconds before now.
STATES: Mapping[str, tuple[dict[str, Any], ...]] = {
    "open": (
        {"seconds": 1},
        {"seconds": 10, "end_ns": None, "status": "open"},
        {"seconds": 900, "end_ns": None, "status": "open", "process": "worker"},
    ),
    "finished": ({"seconds": 10}, {"seconds": 900, "status": "error"}),
    "idle": ({"seconds": 900, "end_ns": None, "status": "open"},),
    "stalled": ({"seconds": 900, "end_ns": None, "status": "open", "process": "silent"},),
    "crashed": ({"seconds": 900, "end_ns": None, "status": "crashed", "process": "silent"},),
}


@pytest.fixture
def of_all_states(reader: Reader) -> Reader:
    """A reader of a trace for each line of `STATES`."""
    made: list[Span] = []
    for lines in STATES.values():
        for line in lines:
            received_ns = time.time_ns() - line["seconds"] * SECOND_NS
            fields = {name: value for name, value in line.items() if name != "seconds"}
            made.append(span(len(made) + 1, received_ns=received_ns, **fields))
    reader.store(*made, silent={"silent"})
    return reader


@pytest.mark.parametrize("state", STATES)
def test_a_state_finds_the_traces_that_are_in_it(of_all_states: Reader, state: str) -> None:
    rows = of_all_states.get("/traces", filter=f"state:{state}")["traces"]

    assert [row["state"] for row in rows] == [state] * len(STATES[state])


def test_states_are_alternatives_and_have_as_many_values_as_the_list_has_rows(
    of_all_states: Reader,
) -> None:
    both = of_all_states.get("/traces", filter="state:(stalled OR crashed)")["traces"]
    counts = of_all_states.get("/values/state")["values"]

    assert {row["state"] for row in both} == {"stalled", "crashed"}
    assert {one["value"]: one["count"] for one in counts} == {
        state: len(lines) for state, lines in STATES.items()
    }


def test_a_span_is_found_by_the_state_of_its_trace(of_all_states: Reader) -> None:
    found = of_all_states.spans(filter="state:stalled")

    assert len(found) == len(STATES["stalled"])


def test_a_cursor_of_another_sort_is_refused(reader: Reader) -> None:
    reader.store(span(1), span(2))
    cursor = reader.get("/traces", limit=1)["next_cursor"]

    status, message = reader.refusal("/traces", sort="-cost", cursor=cursor)

    assert status == 400
    assert cursor in message


@pytest.mark.parametrize("path", [f"/traces/{1:032x}", f"/traces/{1:032x}/spans/{1:016x}"])
def test_what_is_not_there_is_named(reader: Reader, path: str) -> None:
    status, message = reader.refusal(path)

    assert status == 404
    assert f"{1:032x}" in message


@pytest.mark.parametrize("asked", ["", "message:beyond"])
def test_a_row_has_the_beginning_of_an_error_and_all_of_it_is_searched(
    reader: Reader, asked: str
) -> None:
    said = "x" * 600 + " beyond"
    reader.store(span(1, status="error", error_type="E", error_message=said))

    traces = reader.get("/traces", filter=asked)["traces"]
    spans = reader.get("/spans", filter=asked)["spans"]

    assert [row["error_message"] for row in (*traces, *spans)] == [said[:500]] * 2
