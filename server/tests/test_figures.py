"""Every number of Overview and Cost is what plain Python makes of the exported rows, and roll-ups say what spans do."""

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from clearspan_server.api.window import rfc3339
from clearspan_server.ingest.price import price, set_cost
from clearspan_server.ingest.prices import LIST_ONLY
from clearspan_server.model.span import Span
from clearspan_server.query.source import LONG_NS
from clearspan_server.store.agenda import Agenda
from clearspan_server.store.engine import Engine
from clearspan_server.store.ranks import RANKS
from clearspan_server.store.rollups import compute_hours
from figuring import (
    DIMENSIONS,
    Row,
    Rows,
    bins,
    cost_figures,
    cost_rows,
    differences,
    models,
    money,
    savings,
    start_ns,
    totals,
    units,
)
from reading import BASE_NS, HOUR_NS, MINUTE_NS, SECOND_NS, Reader, span

# Cut hours at each end: the window is a little longer than what roll-ups answer.
WIDTH_NS = LONG_NS + 7 * HOUR_NS + 13 * MINUTE_NS
FROM_NS = BASE_NS - WIDTH_NS
BEFORE_NS = FROM_NS - WIDTH_NS
SHORT_NS = BASE_NS - 5 * HOUR_NS
TRACES = 150
HOURS = 28  # that have any, evenly over both windows
SPACE_NS = 2 * WIDTH_NS // HOURS
MODELS = (
    ("openai", "gpt-4o", "gpt-4o-2024-08-06"),
    ("openai", "gpt-4o-mini", "gpt-4o-mini-2024-07-18"),
    ("anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
    ("house", "house-llm", ""),
)


def a_trace(number: int, chance: random.Random) -> list[Span]:
    """An agent with two or three calls, of which some fail, are repeated, refused, cancelled or still open."""
    start = BEFORE_NS + chance.randrange(HOURS) * SPACE_NS + chance.randrange(HOUR_NS)
    status = chance.choices(("ok", "error", "cancelled"), (85, 10, 5))[0]
    who: dict[str, Any] = {
        "environment": chance.choice(("production", "staging")),
        "service": chance.choice(("web", "worker")),
        "release": chance.choice(("1.0", "1.1")),
        "user_id": chance.choice(("", "ann", "bob", "eve")),
        "session_id": chance.choice(("", "s1", "s2", "s3", "s4")),
        "customer_id": chance.choice(("acme", "")),
        "feature": chance.choice(("search", "checkout")),
        "sample_weight": chance.choices((1.0, 2.5, 10.0), (90, 5, 5))[0] if number % 3 else 1.0,
    }
    took = int(chance.lognormvariate(0.5, 1) * SECOND_NS)
    is_open = number % 40 == 0
    root = span(
        number,
        1,
        start_ns=start,
        end_ns=None if is_open else start + took,
        kind="agent",
        status="open" if is_open else status,
        **who,
    )
    count = chance.randrange(1, 4)
    return [root, *(a_call(number, at, start, chance, who) for at in range(2, 2 + count))]


def a_call(number: int, at: int, start: int, chance: random.Random, who: dict[str, Any]) -> Span:
    provider, asked, answers = chance.choice(MODELS)
    start += at * chance.randrange(1, 300) * 1_000_000
    status = chance.choices(("ok", "error", "cancelled"), (88, 8, 4))[0]
    read = chance.choice((0, 0, 0, 0, 0, 512))
    written = chance.choice((0, 0, 0, 256)) if provider == "anthropic" else 0
    used: dict[str, Any] = {} if status == "error" else {
        "response_model": answers,
        "input_tokens": chance.randrange(800, 4_000),
        "output_tokens": chance.randrange(20, 900),
        "cache_read_tokens": read or None,
        "cache_write_tokens": written or None,
        "reasoning_tokens": chance.choice((None, 15)),
        "ttft_ns": chance.randrange(80, 900) * 1_000_000,
        "finish_reason": chance.choices(("stop", "refusal", "content_filter"), (90, 5, 5))[0],
    }  # fmt: skip
    if used:
        used["total_tokens"] = used["input_tokens"] + used["output_tokens"]
    made = span(
        number,
        at,
        parent=1,
        start_ns=start,
        end_ns=start + chance.randrange(200, 9_000) * 1_000_000,
        kind=chance.choices(("llm", "embedding"), (9, 1))[0],
        status=status,
        provider=provider,
        request_model=asked,
        error_class=chance.choice(("timeout", "rate_limit")) if status == "error" else "",
        attempt=chance.choice((None, 1, 2)),
        prompt_name=chance.choice(("", "triage")),
        prompt_version=chance.choice(("1", "2")),
        **who,
        **used,
    )
    set_cost(made, price(made, LIST_ONLY))
    return made


@pytest.fixture(scope="module")
def reader(engine: Engine) -> Iterator[Reader]:
    """A project with what the demo has, over four days, and two calls of one answer."""
    chance = random.Random(20)
    with Reader(engine) as made:
        spans = [one for number in range(1, TRACES + 1) for one in a_trace(number, chance)]
        twice = a_call(TRACES + 1, 2, BASE_NS - HOUR_NS, chance, {"response_id": "r1"})
        inner = span(TRACES + 1, 3, parent=2, start_ns=twice.start_ns, kind="llm")
        inner.input_tokens, inner.output_tokens, inner.response_id = 10, 1, "r1"
        made.store(*spans, twice, inner)
        yield made


@pytest.fixture(scope="module")
def rows(reader: Reader) -> Rows:
    """Everything, page after page, as an export would have it; classes of costs of the window alone."""
    spans, traces = every(reader, "spans"), every(reader, "traces")
    places = [
        (row["trace_id"], row["span_id"])
        for row in spans
        if start_ns(row) >= FROM_NS and (row["cache_read_tokens"] or row["cache_write_tokens"])
    ]
    details = [reader.get(f"/traces/{trace}/spans/{one}") for trace, one in places]
    classes = [detail["cost"]["by_class"] for detail in details]
    return Rows(spans, traces, dict(zip(places, classes, strict=True)))


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
    """Where the figures of a long window come from."""
    reader.agenda = agenda if request.param == "rollups" else None
    yield request.param
    reader.agenda = None


def every(reader: Reader, noun: str) -> list[Row]:
    found: list[Row] = []
    asked: dict[str, object] = {"from_": 0, "limit": 500}
    while True:
        page = reader.get(f"/{noun}", **asked)
        found += page[noun]
        if page["next_cursor"] is None:
            return found
        asked["cursor"] = page["next_cursor"]


def framed(from_ns: int, to_ns: int = BASE_NS) -> dict[str, object]:
    return {"from_": rfc3339(from_ns), "to": rfc3339(to_ns)}


def buckets(rows: Rows, starts: list[Row], step_ns: int, shift_ns: int = 0) -> list[Rows]:
    """The rows of each point of a series."""
    moved = [start_ns(point) - shift_ns for point in starts]
    return [rows.between(start, start + step_ns) for start in moved]


def test_every_number_of_the_overview_is_that_of_the_rows(
    reader: Reader, rows: Rows, source: str
) -> None:
    answer = reader.get("/overview", **framed(FROM_NS))

    now, before = rows.between(FROM_NS, BASE_NS), rows.between(BEFORE_NS, FROM_NS)
    series, step_ns = answer["series"], answer["step_ns"]
    shift_ns = round(WIDTH_NS / step_ns) * step_ns
    expected = {
        "totals": totals(now),
        "previous": totals(before),
        "series": [of_point(one) for one in buckets(now, series, step_ns)],
        "previous_series": [of_point(one) for one in buckets(before, series, step_ns, shift_ns)],
        "models": models(now),
        "latencies": bins(answer["latencies"], now.traces, "duration_ns"),
        "tokens": bins(answer["tokens"], now.traces, "total_tokens"),
    }
    assert answer["origin"]["source"] == source
    assert differences(answer, expected, exact=source == "raw") == []


def of_point(rows: Rows) -> Row:
    """The figures of a point: those of totals without what only a whole window has."""
    left_out = ("spans", "estimated", "unpriced_calls", "input_tokens")
    return {
        name: value
        for name, value in totals(rows).items()
        if name not in left_out and not name.endswith("_rate")
    }


@pytest.mark.parametrize("by", DIMENSIONS)
def test_every_number_of_the_cost_is_that_of_the_rows(
    reader: Reader, rows: Rows, source: str, by: str
) -> None:
    answer = reader.get("/cost", by=by, **framed(FROM_NS))

    assert answer["origin"]["source"] == source
    now, before = rows.between(FROM_NS, BASE_NS), rows.between(BEFORE_NS, FROM_NS)
    was = cost_rows(before.spans, by)
    expected = {
        "totals": cost_figures(now.spans),
        "previous": before_of(cost_figures(before.spans)),
        "units": units(now.traces),
        "previous_units": units(before.traces),
        "estimated": True,
    }
    assert differences(answer, expected, exact=True) == []
    found = {(row["value"], row["detail"]): row for row in answer["rows"]}
    wanted = cost_rows(now.spans, by)
    for value in wanted | was:
        figures = wanted.get(value, cost_figures([])) | {
            "previous_cost": was.get(value, cost_figures([]))["cost"],
            "share": float(wanted.get(value, cost_figures([]))["cost"] / expected_cost(now)),
        }
        assert differences(found[value], figures, exact=True, at=str(value)) == []
    assert set(found) == set(wanted | was)
    assert answer["value_count"] == len(wanted)


def before_of(figures: Row) -> Row:
    return {name: figures[name] for name in ("cost", "calls", "cost_per_call")}


def expected_cost(rows: Rows) -> Decimal:
    return money(row for row in rows.spans if row["counted"])


def test_the_cost_over_time_is_that_of_the_dearest_and_of_all_others(
    reader: Reader, rows: Rows, source: str
) -> None:
    answer = reader.get("/cost", by="model", **framed(FROM_NS))

    assert source == answer["origin"]["source"]
    now, starts = rows.between(FROM_NS, BASE_NS), [{"start": one} for one in answer["starts"]]
    steps = buckets(now, starts, answer["step_ns"])
    by_step = [cost_rows(step.spans, "model") for step in steps]
    dearest = [(line["value"], line["detail"]) for line in answer["lines"]]
    for line, value in zip(answer["lines"], dearest, strict=True):
        expected = [step[value]["cost"] if value in step else Decimal(0) for step in by_step]
        assert differences(line["costs"], expected, exact=True) == []
    others = [
        sum((row["cost"] for value, row in step.items() if value not in dearest), Decimal(0))
        for step in by_step
    ]
    assert differences(answer["others"], others, exact=True) == []
    assert sum(row["cost"] for step in by_step for row in step.values()) == expected_cost(now)


def test_what_caching_saved_and_what_has_no_price_is_that_of_the_rows(
    reader: Reader, rows: Rows, source: str
) -> None:
    answer = reader.get("/cost", by="provider", **framed(FROM_NS))

    assert source == answer["origin"]["source"]
    now = rows.between(FROM_NS, BASE_NS)
    saved, unknown = savings(now)
    assert float(answer["savings"]["saved"]) == pytest.approx(saved, abs=1e-8)
    assert answer["savings"]["unknown_tokens"] == pytest.approx(unknown)
    unpriced = {
        value: row["unpriced_calls"]
        for value, row in cost_rows(now.spans, "model").items()
        if row["unpriced_calls"]
    }
    assert unpriced
    named = {(row["value"], row["detail"]): row["calls"] for row in answer["unpriced"]}
    assert named == unpriced


def test_a_short_window_is_raw_and_exact(reader: Reader, rows: Rows, agenda: Agenda) -> None:
    reader.agenda = agenda

    overview = reader.get("/overview", **framed(SHORT_NS))
    cost = reader.get("/cost", **framed(SHORT_NS))

    reader.agenda = None
    now = rows.between(SHORT_NS, BASE_NS)
    assert overview["origin"]["source"] == cost["origin"]["source"] == "raw"
    assert differences(overview["totals"], totals(now), exact=True) == []
    assert differences(cost["totals"], cost_figures(now.spans), exact=True) == []


def in_production(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["environment"] == "production"]


def test_a_filter_narrows_every_number_and_is_answered_from_spans(
    reader: Reader, rows: Rows, agenda: Agenda
) -> None:
    reader.agenda = agenda

    overview = reader.get("/overview", filter="env:production", **framed(FROM_NS))
    cost = reader.get("/cost", filter="env:production", by="feature", **framed(FROM_NS))

    reader.agenda = None
    theirs = Rows(in_production(rows.spans), in_production(rows.traces), rows.classes)
    now, before = theirs.between(FROM_NS, BASE_NS), theirs.between(BEFORE_NS, FROM_NS)
    assert overview["origin"]["source"] == cost["origin"]["source"] == "raw"
    expected = {"totals": totals(now), "previous": totals(before), "models": models(now)}
    assert differences(overview, expected, exact=True) == []
    wanted = {"totals": cost_figures(now.spans), "units": units(now.traces)}
    assert differences(cost, wanted, exact=True) == []


def test_an_hour_that_is_due_comes_from_its_spans(agenda: Agenda, engine: Engine) -> None:
    with Reader(engine) as other:
        other.agenda = agenda
        call: dict[str, Any] = {"kind": "llm", "input_tokens": 5, "output_tokens": 1}
        other.store(span(1, start_ns=FROM_NS + 9 * HOUR_NS, **call))
        compute_hours(engine, other.project, [hour_s := (FROM_NS // HOUR_NS + 9) * 3_600], 1)
        other.store(span(2, start_ns=hour_s * SECOND_NS + 1, **call))
        stale = other.get("/overview", **framed(FROM_NS))["totals"]["calls"]
        agenda.mark([(other.project, hour_s)])

        overview = other.get("/overview", **framed(FROM_NS))
        cost = other.get("/cost", **framed(FROM_NS))

    assert stale < 2
    assert (overview["totals"]["calls"], cost["totals"]["calls"]) == (2, 2)
    assert overview["origin"]["source"] == cost["origin"]["source"] == "rollups"
    assert agenda.due()
    agenda.done((other.project, hour_s), 1)


def test_as_many_numbers_as_there_are_ranks_are_told_by_their_ranks(
    agenda: Agenda, engine: Engine
) -> None:
    hour_s = (FROM_NS // HOUR_NS + 9) * 3_600

    def lasting(seconds: int) -> Span:
        took_ns, start_ns = seconds * SECOND_NS, (hour_s + seconds) * SECOND_NS
        return span(
            seconds, start_ns=start_ns, end_ns=start_ns + took_ns, ttft_ns=took_ns, kind="llm"
        )

    with Reader(engine) as other:
        other.agenda = agenda
        other.store(*map(lasting, range(1, len(RANKS) + 1)))
        compute_hours(engine, other.project, [hour_s], 1)
        found = other.get("/overview", **framed(FROM_NS))

    totals, (model,) = found["totals"], found["models"]
    medians = totals["latency_p50_ns"], totals["ttft_p50_ns"], model["latency_p50_ns"]
    assert found["origin"]["source"] == "rollups"
    assert [round(one / SECOND_NS / len(RANKS), 1) for one in medians] == [0.5] * 3


def test_users_and_sessions_have_a_price_where_nothing_was_sampled(engine: Engine) -> None:
    with Reader(engine) as reader:
        paid: dict[str, Any] = {"kind": "llm", "input_tokens": 5, "total_cost": Decimal("0.3")}
        reader.store(
            span(1, user_id="ann", session_id="s1", **paid),
            span(2, user_id="ann", session_id="s2", status="error", **paid),
            span(3, **paid),
        )
        traces = every(reader, "traces")

        answer = reader.get("/cost", by="user", **framed(BASE_NS, BASE_NS + HOUR_NS))

    assert differences(answer["units"], units(traces), exact=True) == []
    assert answer["units"]["cost_per_user"] == "0.6"
    assert answer["units"]["cost_per_session"] == "0.3"
    assert answer["units"]["cost_per_ok_trace"] == "0.45"
