"""Re-pricing history: told before, done hour by hour, finished after a restart, followed by everything that adds up."""

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from asking import ask, bearer, make_key
from clearspan_server.ingest.renormalise import Today
from clearspan_server.jobs.rewriting import stretches_of
from clearspan_server.jobs.surveys import Scope
from clearspan_server.model.rewrite import (
    ModelTally,
    Stretch,
    Tally,
)
from clearspan_server.store.engine import Engine
from reading import BASE_NS, HOUR_NS, MINUTE_NS, span
from rewriting import Bench, Followed, at_once
from running import Server, serving, start, until
from sending import PROTOBUF, post, request_of
from sending import span as sent_span
from test_own_prices import Owner
from test_price_import import run

NOW_NS = time.time_ns()


def call(owner: Owner, hours_ago: int, model: str = "prod-eu") -> str:
    """Send a call of 1000 tokens in and 100 out, some hours ago; its trace id."""
    sent = sent_span(
        "chat",
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "azure.ai.openai",
            "gen_ai.request.model": model,
            "gen_ai.usage.input_tokens": 1000,
            "gen_ai.usage.output_tokens": 100,
        },
    )
    sent.start_time_unix_nano = NOW_NS - hours_ago * HOUR_NS
    sent.end_time_unix_nano = sent.start_time_unix_nano + 10**9
    headers = PROTOBUF | {"x-clearspan-project": owner.project}
    assert post(owner.server.url, "/v1/traces", request_of([sent]), headers)[0] == 200
    return str(sent.trace_id.hex())


def reprice(owner: Owner, **fields: object) -> Any:
    """A re-pricing, once it is done."""
    status, begun = owner.ask("POST", "/prices/reprice", fields)
    assert status == 202, begun

    def done() -> Any:
        _, found = owner.ask("GET", f"/prices/reprice/{begun['id']}")
        return found if found["state"] == "done" else None

    return until(done, 120)


def traces(owner: Owner) -> dict[str, str | None]:
    _, reply = owner.ask("GET", "/traces?from=1000000000000&limit=100")
    return {row["trace_id"]: row["total_cost"] for row in reply["traces"]}


def hourly_cost(owner: Owner) -> Decimal:
    _, reply = owner.ask("GET", "/rollups?by=hour&from=1000000000000")
    return sum((Decimal(row["cost"]) for row in reply["rows"]), Decimal())


@pytest.fixture
def owner(server: Server) -> Owner:
    return Owner(server, f"p-{uuid.uuid4().hex}")


def test_a_preview_tells_the_difference_and_changes_nothing(owner: Owner) -> None:
    ids = [call(owner, hours) for hours in (1, 2, 30)]
    call(owner, 3, "gpt-4o")
    until(lambda: len(traces(owner)) == 4)
    owner.put("prod-eu", {"input": "2", "output": "8"})

    found = reprice(owner, preview=True)

    assert (found["spans"], found["changed"], found["gained"], found["kept"]) == (4, 3, 3, 0)
    assert (found["old_total"], found["new_total"]) == ("0.0035", "0.0119")
    assert {one["trace_id"] for one in found["biggest"]} == set(ids)
    assert {(one["old"], one["new"]) for one in found["biggest"]} == {(None, "0.0028")}
    assert found["models"] == [
        {
            "provider": "azure.ai.openai",
            "model": "prod-eu",
            "spans": 3,
            "changed": 3,
            "gained": 3,
            "old_total": "0",
            "new_total": "0.0084",
        }
    ]
    assert [traces(owner)[one] for one in ids] == [None] * 3


def test_what_adds_up_follows(owner: Owner) -> None:
    ids = [call(owner, hours) for hours in (1, 2, 30)]
    until(lambda: len(traces(owner)) == 3)
    owner.put("prod-eu", {"input": "2", "output": "8"})

    found = reprice(owner)
    again = reprice(owner)

    assert (found["changed"], found["progress"], again["changed"]) == (3, 1.0, 0)
    assert [traces(owner)[one] for one in ids] == ["0.0028"] * 3
    until(lambda: hourly_cost(owner) == Decimal("0.0084"))


def test_only_the_window_is_priced_anew(owner: Owner) -> None:
    new, old = call(owner, 1), call(owner, 30)
    until(lambda: len(traces(owner)) == 2)
    owner.put("prod-eu", {"input": "2", "output": "8"})

    reprice(owner, **{"from": str((NOW_NS - 10 * HOUR_NS) // 10**6)})

    assert traces(owner) == {new: "0.0028", old: None}


def test_a_cost_goes_with_its_entry(owner: Owner) -> None:
    entry = owner.put("prod-eu", {"input": "2", "output": "8"})
    called = call(owner, 1)
    until(lambda: traces(owner).get(called) == "0.0028")
    owner.ask("DELETE", f"/prices/{entry['id']}")

    found = reprice(owner)

    assert (found["changed"], found["new_total"]) == (1, "0")
    assert traces(owner)[called] is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"from": "soon"}, "'soon'"),
        ({"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "2026-02-01"),
        ({"hurry": True}, "hurry"),
    ],
)
def test_a_window_that_cannot_be_is_named(
    owner: Owner, fields: dict[str, object], said: str
) -> None:
    status, reply = owner.ask("POST", "/prices/reprice", fields)

    assert status == 400
    assert said in reply["error"]["message"]


def test_reading_is_not_enough_to_reprice(owner: Owner) -> None:
    key = bearer(make_key(owner.server, owner.project, "read"))

    begun, _, _ = ask(owner.server, "POST", "/api/v1/prices/reprice", key, {})
    listed, _, _ = ask(owner.server, "GET", "/api/v1/prices/reprice", key)
    nobody, _, _ = ask(owner.server, "POST", "/api/v1/prices/reprice", None, {})
    unknown, _ = owner.ask("GET", "/prices/reprice/999999")

    assert (begun, listed, nobody, unknown) == (403, 200, 401, 404)


def test_a_key_sees_and_stops_only_its_own_project(owner: Owner) -> None:
    _, begun = owner.ask("POST", "/prices/reprice", {"preview": True})
    path = f"/api/v1/prices/reprice/{begun['id']}"
    own = bearer(make_key(owner.server, owner.project, "read", "write"))
    other = bearer(make_key(owner.server, f"{owner.project}-b", "read", "write"))

    strange = [ask(owner.server, method, path, other)[0] for method in ("GET", "DELETE")]
    _, _, listed = ask(owner.server, "GET", "/api/v1/prices/reprice", other)
    nobody = [ask(owner.server, method, path, None)[0] for method in ("GET", "DELETE")]
    found = [ask(owner.server, method, path, own)[0] for method in ("GET", "DELETE")]

    assert (strange, listed["repricings"], nobody) == ([404, 404], [], [401, 401])
    assert found == [200, 204]


def test_the_command_previews_and_reprices(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        owner = Owner(server, "default")
        called = call(owner, 1)
        until(lambda: called in traces(owner))
        owner.put("prod-eu", {"input": "2", "output": "8"})
        command = ("prices", "reprice", "--since", "2020-01-01")

        preview = run(tmp_path / "data", *command, "--preview")
        before = traces(owner)
        real = run(tmp_path / "data", *command, "--json")
        after = traces(owner)

    assert preview.stdout.splitlines() == [
        "1 of 1 spans with usage would cost something else",
        "1 of them had no cost",
        "  azure.ai.openai prod-eu: 1 of 1 spans, $0 → $0.0028",
        "total $0 → $0.0028",
    ]
    assert before == {called: None}
    assert json.loads(real.stdout)["new_total"] == "0.0028"
    assert after == {called: "0.0028"}


def test_a_server_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    data = tmp_path / "data"
    server = start(data)
    owner = Owner(server, "default")
    ids = [call(owner, 24 * days) for days in range(1, 17)]  # a stretch is at most a day
    until(lambda: len(traces(owner)) == len(ids))
    owner.put("prod-eu", {"input": "2", "output": "8"})
    _, begun = owner.ask("POST", "/prices/reprice", {})
    path = f"/prices/reprice/{begun['id']}"
    until(lambda: owner.ask("GET", path)[1]["changed"] >= 2)
    server.kill()
    with serving(data) as second:
        owner = Owner(second, "default")
        _, left = owner.ask("GET", path)
        found = until(lambda: (one := owner.ask("GET", path)[1])["state"] == "done" and one, 120)
        costs = traces(owner)
        # An hour that changed a moment ago rests before its sums are computed again.
        until(lambda: hourly_cost(owner) == Decimal("0.0448"), 90)

    assert left["changed"] >= 2
    assert (found["changed"], found["spans"]) == (16, 16)
    assert (found["old_total"], found["new_total"]) == ("0", "0.0448")
    assert set(costs.values()) == {"0.0028"}


@pytest.fixture
def bench(engine: Engine, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(engine, tmp_path)
    yield made
    made.close()


def test_an_interrupted_hour_is_told_once_and_followed_again(bench: Bench) -> None:
    bench.store(
        *(span(number, provider="x", response_model="m", input_tokens=1000) for number in (1, 2))
    )
    bench.price("m", input="1")
    begun = bench.begin()
    followed = Followed()

    first = bench.rewriter(followed.never)
    first.start()
    until(lambda: followed.keys)
    first.stop(60)
    second = bench.rewriter(followed.at_once)
    second.start()
    until(lambda: bench.find(begun).state == "done")
    second.stop(60)

    found = bench.find(begun)
    whole = found.tally
    assert (whole.changed, whole.spans) == (2, 2)
    assert (whole.old_total, whole.new_total) == (Decimal(0), Decimal("0.002"))
    assert followed.keys[0] == followed.keys[1]
    assert len(followed.keys[0]) == 2


def test_nothing_but_the_cost_of_a_span_changes(bench: Bench) -> None:
    before = span(1, provider="openai", response_model="gpt-4o", input_tokens=1000)
    before.output_tokens, before.usage_other, before.tags = 10, {"web_searches": 1}, ["a"]
    before.input, before.attributes, before.reported_cost = '[{"a": 1}]', {"k": '"v"'}, Decimal(1)
    bench.store(before)
    bench.begin()

    job = bench.rewriter(at_once)
    job.start()
    until(lambda: bench.rewrites.next() is None)
    job.stop(60)

    after = bench.spans()[0]
    assert after.total_cost == Decimal("0.0126")
    changed = {
        name
        for name in before.__dataclass_fields__
        if getattr(before, name) != getattr(after, name)
    }
    assert changed == {
        "input_cost",
        "output_cost",
        "total_cost",
        "cost_by_class",
        "price_version",
        "version",
    }


def test_a_cost_from_the_list_stays_where_the_list_knows_none_any_more(bench: Bench) -> None:
    old = span(1, provider="openai", response_model="gpt-gone", input_tokens=1000)
    old.total_cost = old.input_cost = Decimal("0.5")
    old.cost_by_class, old.price_version = {"input": Decimal("0.5")}, "genai-prices/0.0.1"
    bench.store(old)
    begun = bench.begin()

    job = bench.rewriter(at_once)
    job.start()
    until(lambda: bench.rewrites.next() is None)
    job.stop(60)

    found = bench.find(begun)
    whole = found.tally
    assert (found.tally.kept, whole.changed) == (1, 0)
    assert whole.new_total == whole.old_total == Decimal("0.5")
    assert bench.spans()[0].total_cost == Decimal("0.5")


def test_a_cancelled_one_stops(bench: Bench) -> None:
    bench.store(*(span(1, number, provider="x", input_tokens=1) for number in (1, 2)))
    begun = bench.begin(is_dry=True)

    ended = bench.rewrites.end(begun.id, "cancelled")
    again = bench.rewrites.end(begun.id, "done")

    assert (ended, again) == (True, False)
    assert bench.rewrites.next() is None


def test_a_cancelled_one_ends_the_stretch_that_it_was_in(bench: Bench) -> None:
    bench.price("m", input="1")
    bench.store(*(bench.called(day) for day in range(3)))
    begun = bench.begin()
    followed = Followed()

    job = bench.rewriter(followed.never)
    job.start()
    until(lambda: followed.keys)
    bench.rewrites.end(begun.id, "cancelled")
    job.stop(60)
    second = bench.rewriter(followed.at_once)
    second.start()
    until(lambda: bench.rewrites.next() is None)
    second.stop(60)

    assert followed.keys[0] == followed.keys[1]
    assert [one.total_cost for one in bench.spans()] == [Decimal("0.001"), None, None]


def test_what_arrives_while_its_hour_is_priced_stays(bench: Bench) -> None:
    bench.price("m", input="1")
    old = bench.called(0)
    bench.store(old)
    bench.begin()
    job = bench.rewriter(at_once)

    with bench.lock:  # it has looked, and cannot write yet
        job.start()
        until(lambda: (one := bench.rewrites.next()) and bench.rewrites.step(one))
        bench.store(replace(old, version=1_000, input_tokens=5_000, name="corrected"))
    until(lambda: bench.rewrites.next() is None)
    job.stop(60)

    stored = bench.spans()
    assert [(one.name, one.total_cost) for one in stored] == [("corrected", Decimal("0.005"))]
    assert stored[0].version == 1_001


def test_spans_whose_cost_stays_are_not_written(bench: Bench) -> None:
    bench.price("m", input="1")
    bench.store(bench.called(0), bench.called(1))
    for wanted in range(2):
        bench.begin()
        job = bench.rewriter(at_once)
        job.start()
        until(lambda: bench.rewrites.next() is None)
        job.stop(60)

        assert [one.version for one in bench.spans()] == [2, 2], wanted


def test_a_full_hour_is_done_in_parts_that_meet(bench: Bench) -> None:
    window = Stretch(bench.project, BASE_NS + 7, BASE_NS + 50 * HOUR_NS)
    job = bench.rewrites.add("reprice", window, is_dry=True)
    minutes = [BASE_NS + minute * MINUTE_NS for minute in (0, 1, 2, 3, 30 * 60)]
    bench.store(
        *(
            span(number, number, start_ns=minute + 10, input_tokens=1)
            for minute in minutes
            for number in range(
                minutes.index(minute) * 8_000, minutes.index(minute) * 8_000 + 8_000
            )
        )
    )

    scope = Scope(bench.engine, Today(bench.prices.of(bench.project), bench.privacy), 0)
    stretches = list(stretches_of(scope, job))

    assert [count for _, count in stretches] == [16_000, 16_000, 8_000]
    assert stretches[0][0].from_ns == job.from_ns
    assert stretches[0][0].to_ns == stretches[1][0].from_ns == minutes[2]


def test_models_beyond_the_first_hundred_are_told_together() -> None:
    tally = Tally(models=[ModelTally("p", f"m{number}", spans=1) for number in range(60)])

    tally.add(Tally(models=[ModelTally("p", f"m{number}", spans=1) for number in range(50, 200)]))

    assert len(tally.models) == 101
    assert (tally.models[-1].model, tally.models[-1].spans) == ("", 100)
    assert sum(one.spans for one in tally.models) == 210
