"""The overview and the values of a field."""

from decimal import Decimal
from typing import Any

import pytest

from clearspan_server.api.window import rfc3339
from clearspan_server.query.overview import MAX_BUCKETS, step_for
from clearspan_server.query.window import Window
from reading import BASE_NS, HOUR_NS, MINUTE_NS, SECOND_NS, Reader, span

FROM_NS = BASE_NS - HOUR_NS
CALL: dict[str, Any] = {
    "kind": "llm",
    "provider": "openai",
    "request_model": "gpt-5",
    "input_tokens": 100,
    "output_tokens": 10,
    "total_tokens": 110,
    "total_cost": Decimal("0.5"),
    "ttft_ns": 7,
}


def an_hour(reader: Reader) -> Any:
    """The overview of the hour before the base."""
    return reader.get("/overview", from_=rfc3339(FROM_NS), to=rfc3339(BASE_NS))


def test_an_empty_window_is_all_zeros_and_nulls(reader: Reader) -> None:
    found = an_hour(reader)

    assert found["totals"] == found["previous"]
    assert (found["totals"]["traces"], found["totals"]["cost"]) == (0, "0")
    assert (found["totals"]["error_rate"], found["totals"]["latency_p50_ns"]) == (None, None)
    assert found["models"] == []
    assert {point["traces"] for point in found["series"]} == {0}
    assert {point["latency_p95_ns"] for point in found["series"]} == {None}


def test_the_series_has_every_bucket_of_the_window_in_order(reader: Reader) -> None:
    found = an_hour(reader)

    step_ns = found["step_ns"]
    starts = [point["start"] for point in found["series"]]
    first_ns = FROM_NS // step_ns * step_ns
    assert starts == [rfc3339(first_ns + number * step_ns) for number in range(len(starts))]
    assert first_ns + len(starts) * step_ns >= BASE_NS


def test_totals_add_up_traces_calls_tokens_and_cost(reader: Reader) -> None:
    for number, status in ((1, "ok"), (2, "error"), (3, "crashed"), (4, "ok")):
        start_ns = FROM_NS + number * MINUTE_NS
        end_ns = start_ns + number * SECOND_NS
        root = span(number, 1, start_ns=start_ns, end_ns=end_ns, status=status)
        reader.store(root, span(number, 2, parent=1, start_ns=start_ns, end_ns=end_ns, **CALL))

    found = an_hour(reader)

    totals = found["totals"]
    assert (totals["traces"], totals["errors"], totals["error_rate"]) == (4, 2, 0.5)
    assert (totals["spans"], totals["calls"]) == (8, 4)
    assert (totals["input_tokens"], totals["output_tokens"], totals["cost"]) == (400, 40, "2")
    assert (
        totals["latency_avg_ns"] == 7 * SECOND_NS // 3
    )  # the crashed one took nobody knows how long
    assert totals["latency_p50_ns"] in (2 * SECOND_NS, 3 * SECOND_NS)
    assert totals["latency_p99_ns"] == 4 * SECOND_NS
    assert totals["ttft_p50_ns"] == 7
    assert sum(point["traces"] for point in found["series"]) == 4
    assert sum(Decimal(point["cost"]) for point in found["series"]) == 2
    [model] = found["models"]
    assert (model["provider"], model["model"], model["calls"]) == ("openai", "gpt-5", 4)
    assert (model["cost"], model["latency_p95_ns"]) == ("2", 4 * SECOND_NS)


def test_a_span_that_does_not_count_adds_nothing(reader: Reader) -> None:
    start_ns = FROM_NS + MINUTE_NS
    root = span(1, 1, start_ns=start_ns, **CALL)
    reader.store(root, span(1, 2, parent=1, start_ns=start_ns, **CALL))

    totals = an_hour(reader)["totals"]

    assert (totals["input_tokens"], totals["calls"], totals["cost"]) == (100, 1, "0.5")


def test_a_call_without_a_price_is_counted_as_such(reader: Reader) -> None:
    start_ns = FROM_NS + MINUTE_NS
    reader.store(
        span(1, start_ns=start_ns, **CALL | {"total_cost": None}), span(2, start_ns=start_ns)
    )

    totals = an_hour(reader)["totals"]

    assert (totals["unpriced_calls"], totals["cost"]) == (1, "0")


def test_the_previous_window_is_as_long_and_lies_just_before(reader: Reader) -> None:
    starts = (FROM_NS - HOUR_NS - 1, FROM_NS - HOUR_NS, FROM_NS - 1, FROM_NS, BASE_NS - 1, BASE_NS)
    reader.store(*(span(number, start_ns=start_ns) for number, start_ns in enumerate(starts, 1)))

    found = an_hour(reader)

    assert found["previous"]["traces"] == 2
    assert found["totals"]["traces"] == 2
    assert sum(point["traces"] for point in found["series"]) == 2


def test_an_open_trace_is_counted_but_has_no_latency(reader: Reader) -> None:
    reader.store(span(1, start_ns=FROM_NS, end_ns=None, status="open"))

    totals = an_hour(reader)["totals"]

    assert (totals["traces"], totals["errors"]) == (1, 0)
    assert (totals["latency_p50_ns"], totals["latency_avg_ns"]) == (None, None)


@pytest.mark.parametrize(
    "width_s", [1, 59, 600, 3_600, 86_400, 86_400 * 119, 86_400 * 400, 86_400 * 40_000]
)
@pytest.mark.parametrize("from_ns", [0, 1, FROM_NS + 123])
def test_a_window_of_any_width_has_at_most_120_buckets(width_s: int, from_ns: int) -> None:
    window = Window(from_ns, from_ns + width_s * SECOND_NS)

    step_ns = step_for(window)

    buckets = -(-window.to_ns // step_ns) - window.from_ns // step_ns
    assert 1 <= buckets <= MAX_BUCKETS


VALUES = [
    ("kind", {"kind": "tool"}, "tool"),
    ("status", {"status": "error"}, "error"),
    ("model", {"request_model": "Mini"}, "Mini"),
    ("model", {"response_model": "mini-2"}, "mini-2"),
    ("provider", {"provider": "openai"}, "openai"),
    ("name", {"name": "plan"}, "plan"),
    ("service", {"service": "shop"}, "shop"),
    ("environment", {"environment": "prod"}, "prod"),
    ("user", {"user_id": "ann"}, "ann"),
    ("session", {"session_id": "s1"}, "s1"),
    ("tag", {"tags": ["a", "vip"]}, "vip"),
    ("error_type", {"error_type": "Timeout"}, "Timeout"),
]


@pytest.mark.parametrize(("field", "fields", "value"), VALUES)
def test_the_values_of_a_field_are_found_by_their_first_letters(
    reader: Reader, field: str, fields: dict[str, Any], value: str
) -> None:
    reader.store(span(1, **fields), span(2, **fields), span(3))

    found = reader.get(f"/values/{field}", prefix=value[:2].upper())

    assert found == {"field": field, "values": [{"value": value, "count": 2}]}


def test_values_come_with_the_most_frequent_first(reader: Reader) -> None:
    users = ["a", "b", "b", "c", "c", "c", ""]
    reader.store(*(span(number, user_id=user) for number, user in enumerate(users, 1)))

    found = reader.get("/values/user")["values"]

    assert found == [
        {"value": "c", "count": 3},
        {"value": "b", "count": 2},
        {"value": "a", "count": 1},
    ]


def test_a_prefix_is_no_pattern(reader: Reader) -> None:
    reader.store(span(1, user_id="ann"))

    assert reader.get("/values/user", prefix="%")["values"] == []


@pytest.mark.parametrize(
    ("field", "asked", "said"),
    [
        ("usr", {}, "there is no field 'usr'; did you mean user?"),
        ("cost", {}, "cost has no values to list"),
        ("has", {}, "has has no values to list"),
        ("user", {"extra": 1}, "extra"),
        ("user", {"filter": "modle:x"}, "column 1: there is no field modle"),
    ],
)
def test_values_of_what_has_none_are_refused(
    reader: Reader, field: str, asked: dict[str, object], said: str
) -> None:
    status, message = reader.refusal(f"/values/{field}", **asked)

    assert status == 400
    assert said in message


def test_values_are_those_of_the_rows_that_pass_the_filter(reader: Reader) -> None:
    reader.store(
        span(1, request_model="small", kind="llm", user_id="ann", status="error"),
        span(2, request_model="large", kind="llm", user_id="bob"),
        span(3, request_model="large", kind="embedding", user_id="ann"),
    )

    users = reader.get("/values/user", filter="status:error")["values"]
    models = reader.get("/values/model", filter="kind:llm user:bob")["values"]

    assert users == [{"value": "ann", "count": 1}]
    assert models == [{"value": "large", "count": 1}]


def test_attributes_are_listed_by_key_and_their_values_by_the_key_asked_for(
    reader: Reader,
) -> None:
    one = {"app.tier": '"gold"', "app.size": "3"}
    reader.store(span(1, attributes=one), span(2, attributes={"app.tier": '"gold"'}))

    keys = reader.get("/values/attr", prefix="app")["values"]
    tiers = reader.get("/values/attr", key="app.tier")["values"]
    sizes = reader.get("/values/attr", key="app.size")["values"]

    assert keys == [{"value": "app.tier", "count": 2}, {"value": "app.size", "count": 1}]
    assert tiers == [{"value": "gold", "count": 2}]
    assert sizes == [{"value": "3", "count": 1}]


def test_a_failed_call_counts_under_the_model_that_answers_the_same_wish(reader: Reader) -> None:
    call: dict[str, Any] = {
        "kind": "llm",
        "provider": "openai",
        "request_model": "gpt-4o",
        "start_ns": FROM_NS + MINUTE_NS,
    }
    answered = span(1, **call, response_model="gpt-4o-2024-08-06")
    failed = span(2, **call, status="error")
    stranger = span(3, **call | {"request_model": "gpt-9"}, status="error")
    reader.store(answered, failed, stranger)

    models = an_hour(reader)["models"]

    assert [(row["model"], row["calls"], row["errors"]) for row in models] == [
        ("gpt-4o-2024-08-06", 2, 1),
        ("gpt-9", 1, 1),
    ]
