"""Re-pricing history: told before, done hour by hour, finished after a restart, followed by everything that adds up."""

import json
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Future
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.own_prices import check_entry
from clearspan_server.ingest.prices import Prices
from clearspan_server.ingest.redact import Redactor
from clearspan_server.jobs.rewriting import Means, Recompute, Rewriter
from clearspan_server.model.rewrite import Rewrite, RewriteKind, Stretch
from clearspan_server.model.span import Span
from clearspan_server.store.catalog import Catalog
from clearspan_server.store.columns import to_batch
from clearspan_server.store.engine import Engine
from clearspan_server.store.rewrites import Rewrites
from reading import HOUR_NS, span
from running import Server, serving, start, until
from sending import PROTOBUF, post, request_of
from sending import span as sent_span
from test_access import ask, bearer, make_key
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

    return until(done, 60)


def traces(owner: Owner) -> dict[str, str | None]:
    _, reply = owner.ask("GET", "/traces?from=1000000000000&limit=100")
    return {row["trace_id"]: row["total_cost"] for row in reply["traces"]}


def hourly_cost(owner: Owner) -> Decimal:
    _, reply = owner.ask("GET", "/rollups?by=hour&from=1000000000000")
    return sum((Decimal(row["cost"]) for row in reply["rows"]), Decimal())


@pytest.fixture
def owner(server: Server) -> Owner:
    return Owner(server, f"p-{uuid.uuid4().hex}")


def test_a_dry_run_tells_the_difference_and_changes_nothing(owner: Owner) -> None:
    ids = [call(owner, hours) for hours in (1, 2, 30)]
    call(owner, 3, "gpt-4o")
    until(lambda: len(traces(owner)) == 4)
    owner.put("prod-eu", {"input": "2", "output": "8"})

    found = reprice(owner, dry_run=True)

    assert (found["spans"], found["changed"], found["kept"]) == (4, 3, 0)
    assert (found["old_total"], found["new_total"]) == ("0.0035", "0.0119")
    assert {one["trace_id"] for one in found["biggest"]} == set(ids)
    assert {(one["old"], one["new"]) for one in found["biggest"]} == {(None, "0.0028")}
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

    reprice(owner, since=str((NOW_NS - 10 * HOUR_NS) // 10**6))

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
        ({"since": "soon"}, "'soon'"),
        ({"since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "2026-02-01"),
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


def test_the_command_previews_and_reprices(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        owner = Owner(server, "default")
        called = call(owner, 1)
        until(lambda: called in traces(owner))
        owner.put("prod-eu", {"input": "2", "output": "8"})
        command = ("reprice", "--since", "2020-01-01")

        dry = run(tmp_path / "data", *command, "--dry-run")
        before = traces(owner)
        real = run(tmp_path / "data", *command, "--json")
        after = traces(owner)

    assert "1 of 1 spans with usage would cost something else" in dry.stdout
    assert "total $0 → $0.0028" in dry.stdout
    assert called in dry.stdout
    assert before == {called: None}
    assert json.loads(real.stdout)["new_total"] == "0.0028"
    assert after == {called: "0.0028"}


def test_a_server_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    data = tmp_path / "data"
    server = start(data)
    owner = Owner(server, "default")
    ids = [call(owner, hours) for hours in range(1, 17)]
    until(lambda: len(traces(owner)) == len(ids))
    owner.put("prod-eu", {"input": "2", "output": "8"})
    _, begun = owner.ask("POST", "/prices/reprice", {})
    path = f"/prices/reprice/{begun['id']}"
    until(lambda: owner.ask("GET", path)[1]["changed"] >= 2)
    server.kill()
    with serving(data) as second:
        owner = Owner(second, "default")
        _, left = owner.ask("GET", path)
        found = until(lambda: (one := owner.ask("GET", path)[1])["state"] == "done" and one, 60)
        costs = traces(owner)
        # An hour that changed a moment ago rests before its sums are computed again.
        until(lambda: hourly_cost(owner) == Decimal("0.0448"), 90)

    assert left["changed"] >= 2
    assert (found["changed"], found["spans"]) == (16, 16)
    assert (found["old_total"], found["new_total"]) == ("0", "0.0448")
    assert set(costs.values()) == {"0.0028"}


class Bench:
    """The job alone, on an engine, in a project of its own."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.project = f"p-{uuid.uuid4().hex}"
        self.catalog = Catalog(folder / "catalog.db")
        self.prices = Prices(self.catalog, folder / "prices.json")
        self.rewrites = Rewrites(folder / "rewrites.db")
        self.privacy = Privacy(Redactor(), b"test")
        self.lock = threading.Lock()

    def store(self, *spans: Span) -> None:
        for one in spans:
            one.project = self.project
        batch = pa.Table.from_batches([to_batch(spans)])
        self.engine.insert("spans", batch, token=uuid.uuid4().hex)

    def begin(
        self, kind: RewriteKind = "reprice", *, is_dry: bool = False, is_full: bool = False
    ) -> Rewrite:
        window = Stretch(self.project, 0, time.time_ns() + HOUR_NS)
        return self.rewrites.add(kind, window, is_dry=is_dry, is_full=is_full)

    def find(self, begun: Rewrite) -> Rewrite:
        found = self.rewrites.find(begun.kind, self.project, begun.id)
        assert found is not None
        return found

    def rewriter(self, recompute: Recompute) -> Rewriter:
        return Rewriter(
            Means(self.engine, self.prices, self.rewrites, self.privacy, self.lock, recompute)
        )

    def spans(self) -> list[Span]:
        asked = "select * from spans final where project = {p:String} order by start_ns, span_id"
        return [Span(**row) for row in self.engine.query(asked, {"p": self.project})]

    def close(self) -> None:
        self.catalog.close()
        self.rewrites.close()


@pytest.fixture
def bench(engine: Engine, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(engine, tmp_path)
    yield made
    made.close()


def at_once(*_: object) -> "Future[None]":
    done: Future[None] = Future()
    done.set_result(None)
    return done


def test_an_interrupted_hour_is_told_once_and_followed_again(bench: Bench) -> None:
    bench.store(
        *(span(number, provider="x", response_model="m", input_tokens=1000) for number in (1, 2))
    )
    bench.catalog.put_price(bench.project, "", check_entry("", "m", None, {"input": "1"}))
    begun = bench.begin()
    followed: list[set[tuple[str, str]]] = []

    def never(keys: Any, _hours: Any) -> "Future[None]":
        followed.append(set(keys))
        return Future()

    def then(keys: Any, _hours: Any) -> "Future[None]":
        followed.append(set(keys))
        return at_once()

    first = bench.rewriter(never)
    first.start()
    until(lambda: followed)
    first.stop(10)
    second = bench.rewriter(then)
    second.start()
    until(lambda: bench.find(begun).state == "done")
    second.stop(10)

    found = bench.find(begun)
    assert (found.tally.changed, found.tally.spans) == (2, 2)
    assert (found.tally.old_total, found.tally.new_total) == (Decimal(0), Decimal("0.002"))
    assert followed[0] == followed[1]
    assert len(followed[0]) == 2


def test_nothing_but_the_cost_of_a_span_changes(bench: Bench) -> None:
    before = span(1, provider="openai", response_model="gpt-4o", input_tokens=1000)
    before.output_tokens, before.usage_other, before.tags = 10, {"web_searches": 1}, ["a"]
    before.input, before.attributes, before.reported_cost = '[{"a": 1}]', {"k": '"v"'}, Decimal(1)
    bench.store(before)
    bench.begin()

    job = bench.rewriter(at_once)
    job.start()
    until(lambda: bench.rewrites.next() is None)
    job.stop(10)

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
    job.stop(10)

    found = bench.find(begun)
    assert (found.tally.kept, found.tally.changed) == (1, 0)
    assert found.tally.new_total == found.tally.old_total == Decimal("0.5")
    assert bench.spans()[0].total_cost == Decimal("0.5")


def test_a_cancelled_one_stops(bench: Bench) -> None:
    bench.store(*(span(1, number, provider="x", input_tokens=1) for number in (1, 2)))
    begun = bench.begin(is_dry=True)

    ended = bench.rewrites.end(begun.id, "cancelled")
    again = bench.rewrites.end(begun.id, "done")

    assert (ended, again) == (True, False)
    assert bench.rewrites.next() is None
