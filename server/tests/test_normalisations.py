"""Normalising history: told before, done step by step, finished after a restart, followed by all that adds up."""

import json
import tarfile
import uuid
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from asking import ask, bearer, make_key
from clearspan_server.cli.moments import moment
from clearspan_server.ingest.normalise import VERSION
from clearspan_server.ingest.own_prices import check_entry
from clearspan_server.model.span import Span
from clearspan_server.store.columns import to_batch
from clearspan_server.store.engine import Engine
from clearspan_server.store.parts import to_parts
from conforming import CAPTURES, captured, is_json
from reading import span
from rewriting import Bench, at_once
from running import Server, serving, settle, start, until
from sampling import WHOLE
from sending import PROTOBUF, post
from spoiling import UNREAD, spoil
from test_mapping import spans_of
from test_own_prices import Owner
from test_price_import import run
from test_repricing import call, hourly_cost, traces
from test_upgrade import EVERYTHING, FOLDERS, SPANS

AS_KEPT = dict.fromkeys(("attributes", "resource", "received", "project", "scores"))
ALL_TIME = "from=1000000000000&limit=100"
JSON = {"content-type": "application/json"}
ATTRIBUTES = {
    "gen_ai.operation.name": '"chat"',
    "gen_ai.provider.name": '"openai"',
    "gen_ai.request.model": '"gpt-4o"',
    "gen_ai.usage.input_tokens": "1000",
    "gen_ai.usage.output_tokens": "100",
}


@pytest.fixture
def owner(server: Server) -> Owner:
    return Owner(server, f"p-{uuid.uuid4().hex}")


@pytest.fixture
def bench(engine: Engine, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(engine, tmp_path)
    yield made
    made.close()


def normalise(owner: Owner, **fields: object) -> Any:
    """A normalisation, once it is done."""
    status, begun = owner.ask("POST", "/normalisations", fields)
    assert status == 202, begun
    return finished(owner, begun["id"])


def received(owner: Owner) -> int:
    _, reply = owner.ask("GET", "/overview?from=1000000000000")
    return int(reply["totals"]["spans"])


def finished(owner: Owner, number: int) -> Any:
    path = f"/normalisations/{number}"
    return until(lambda: (one := owner.ask("GET", path)[1])["state"] == "done" and one, 120)


def work(bench: Bench, *, is_dry: bool = False, is_full: bool = False) -> Any:
    """The job alone, until it is done."""
    begun = bench.begin("normalise", is_dry=is_dry, is_full=is_full)
    job = bench.rewriter(at_once)
    job.start()
    until(lambda: bench.find(begun).state == "done")
    job.stop(60)
    return bench.find(begun).tally


def unread(number: int, **fields: Any) -> Span:
    return span(number, attributes=dict(ATTRIBUTES), **{**UNREAD, **fields})


def test_a_preview_tells_how_many_spans_change_by_field_and_changes_nothing(bench: Bench) -> None:
    bench.store(*(unread(number) for number in range(1, 31)))
    before = bench.spans()

    found = work(bench, is_dry=True)

    assert (found.spans, found.changed) == (30, 30)
    assert found.fields["request_model"] == found.fields["input_tokens"] == 30
    assert "session_id" not in found.fields
    assert (found.old_total, found.new_total) == (Decimal(0), Decimal("0.105"))
    assert len(found.examples) == 20
    assert ("kind", "other", "llm") in {(one.field, one.old, one.new) for one in found.examples}
    assert bench.spans() == before


def test_outdated_spans_are_put_right_once(bench: Bench) -> None:
    right = span(2, attributes=dict(ATTRIBUTES), **{**UNREAD, "normaliser_version": VERSION})
    bench.store(unread(1), right)

    first = work(bench)
    after = bench.spans()
    second = work(bench)

    assert (first.spans, first.changed, second.spans) == (1, 1, 0)
    assert (after[0].request_model, after[0].input_tokens) == ("gpt-4o", 1000)
    assert after[0].total_cost == Decimal("0.0035")
    assert after[0].normaliser_version == VERSION
    assert after[1].request_model == ""
    assert bench.spans() == after


def test_every_span_is_read_again_when_all_are_asked_for(bench: Bench) -> None:
    bench.store(span(1, attributes=dict(ATTRIBUTES), **{**UNREAD, "normaliser_version": VERSION}))

    first = work(bench, is_full=True)
    second = work(bench, is_full=True)

    assert (first.changed, second.changed, second.spans) == (1, 0, 1)
    assert bench.spans()[0].kind == "llm"


def test_what_newer_rules_have_filled_is_left_alone(bench: Bench) -> None:
    bench.store(unread(1, normaliser_version=VERSION + 1))

    found = work(bench, is_full=True)

    assert found.spans == 0
    assert bench.spans()[0].kind == "other"


def test_the_costs_are_those_of_the_projects_prices_when_the_span_began(bench: Bench) -> None:
    for day, price in (("2020-01-01", "5"), ("2099-01-01", "9")):
        entry = check_entry("", "gpt-4o", day, {"input": price, "output": price})
        bench.catalog.put_price(bench.project, "", entry)
    bench.store(unread(1))

    work(bench)

    assert bench.spans()[0].total_cost == Decimal("0.0055")
    assert bench.spans()[0].price_version.startswith("own/")


def test_a_row_of_parts_becomes_the_fold_of_its_parts_as_they_are_read_now(bench: Bench) -> None:
    row = unread(1, filled=["session_id"], session_id="s-1")
    row.project = bench.project
    part = replace(row, session_id="s-1", attributes={"user.id": '"u-1"'}, filled=[], name="")
    bench.store(row)
    parts = to_parts("update", pa.Table.from_batches([to_batch([part])]))
    bench.engine.insert("span_parts", parts, token=uuid.uuid4().hex)

    work(bench)

    after = bench.spans()[0]
    assert (after.session_id, after.user_id, after.input_tokens) == ("s-1", "u-1", 1000)
    assert {"session_id", "user_id", "attributes.user.id"} <= set(after.filled)
    assert work(bench, is_full=True).changed == 0


def test_a_span_that_comes_again_while_it_goes_on_is_not_lost(bench: Bench) -> None:
    held = unread(1)
    bench.store(held)
    begun = bench.begin("normalise")
    job = bench.rewriter(at_once)
    with bench.lock:
        job.start()
        until(lambda: bench.rewrites.step(begun))
        bench.store(unread(1, name="corrected", version=7, input_tokens=9, tags=["late"]))

    until(lambda: bench.find(begun).state == "done")
    job.stop(60)

    after = bench.spans()[0]
    assert (after.name, after.tags, after.input_tokens) == ("corrected", ["late"], 1000)
    assert after.version == 8


def test_reading_every_captured_request_again_changes_nothing(owner: Owner) -> None:
    sent = 0
    for _, _, requests in islice(captured(), 0, None, 1 if WHOLE else 4):
        for signal, bodies in requests.items():
            for body in bodies:
                headers = JSON if is_json(body) else PROTOBUF
                path = f"/v1/{signal}?project={owner.project}"
                assert post(owner.server.url, path, body, headers)[0] == 200
                sent += len(spans_of(body)) if signal == "traces" else 0
    settle(owner.server)
    assert received(owner) > 0.9 * sent

    found = normalise(owner, all=True)

    assert found["spans"] > 0.9 * sent
    assert (found["changed"], found["fields"], found["examples"]) == (0, [], [])


def test_a_window_that_cannot_be_is_named(owner: Owner) -> None:
    turned = {"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}

    refused = [owner.ask("POST", "/normalisations", asked) for asked in ({"from": "soon"}, turned)]

    assert [status for status, _ in refused] == [400, 400]
    assert "'soon'" in refused[0][1]["error"]["message"]
    assert "2026-02-01" in refused[1][1]["error"]["message"]


def test_who_may_only_read_sees_them_and_begins_none(owner: Owner) -> None:
    begun = normalise(owner, preview=True)
    path = f"/api/v1/normalisations/{begun['id']}"
    reader = bearer(make_key(owner.server, owner.project, "read"))
    writer = bearer(make_key(owner.server, owner.project, "write"))
    other = bearer(make_key(owner.server, f"{owner.project}-x", "read", "write"))

    asked = [
        ask(owner.server, "POST", "/api/v1/normalisations", reader, {})[0],
        ask(owner.server, "POST", "/api/v1/normalisations", None, {})[0],
        ask(owner.server, "POST", "/api/v1/normalisations", writer, {})[0],
        ask(owner.server, "GET", "/api/v1/normalisations", reader)[0],
        ask(owner.server, "GET", path, reader)[0],
        ask(owner.server, "DELETE", path, reader)[0],
        ask(owner.server, "DELETE", path, writer)[0],
        ask(owner.server, "GET", path, other)[0],
        ask(owner.server, "DELETE", path, other)[0],
    ]
    listed = ask(owner.server, "GET", "/api/v1/normalisations", other)[2]
    priced = owner.ask("GET", f"/prices/reprice/{begun['id']}")[0]

    assert asked == [403, 401, 202, 200, 200, 403, 204, 404, 404]
    assert (listed["normalisations"], priced) == ([], 404)


def test_the_command_puts_an_old_folder_right_in_all_projects(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as server:
        owners = [Owner(server, "default"), Owner(server, "shop")]
        ids = [call(owner, 1, "gpt-4o") for owner in owners]
        until(lambda: all(traces(owner) for owner in owners))
    spoil(data)
    with serving(data) as server:
        owners = [Owner(server, "default"), Owner(server, "shop")]
        command = ("normalise", "--since", "7d")
        dry = run(data, *command, "--preview", "--project", "shop")
        before = owners[0].ask("GET", f"/spans?{ALL_TIME}")[1]["spans"][0]
        real = run(data, *command, "--json")
        again = run(data, *command)
        after = [owner.ask("GET", f"/spans?{ALL_TIME}")[1]["spans"][0] for owner in owners]
        costs = [traces(owner)[one] for owner, one in zip(owners, ids, strict=True)]
        until(lambda: [hourly_cost(owner) for owner in owners] == [Decimal("0.0035")] * 2, 90)

    assert "shop: 1 of 1 spans would change" in dry.stdout
    assert "kind: 'other' → 'llm'" in dry.stdout
    assert "total $0 → $0.0035" in dry.stdout
    assert before["kind"] == "other"
    assert [one["changed"] for one in json.loads(real.stdout)] == [1, 1]
    assert "default: 0 of 0 spans changed" in again.stdout
    assert [one["kind"] for one in after] == ["llm", "llm"]
    assert costs == ["0.0035", "0.0035"]


@pytest.mark.parametrize("archive", FOLDERS if WHOLE else FOLDERS[:1], ids=lambda path: path.name)
def test_spans_of_an_earlier_version_become_what_they_would_be_today(
    archive: Path, tmp_path: Path
) -> None:
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    golden = {
        (one["trace_id"], one["span_id"]): one
        for file in (CAPTURES / "otel-genai-1.3b0").glob("*.golden.json")
        for one in json.loads(file.read_text(encoding="utf-8"))
    }
    with serving(tmp_path / "data") as server:
        settle(server)

        done = run(tmp_path / "data", "normalise", "--since", "2026-01-01")

        found = {
            ids: server.get(f"/api/v1/traces/{ids[0]}/spans/{ids[1]}")
            for one in server.get(f"/api/v1/spans?{EVERYTHING}")["spans"]
            if (ids := (one["trace_id"], one["span_id"])) in golden
        }
    assert done.returncode == 0, done.stderr
    assert len(found) == SPANS
    for ids, one in found.items():
        # What was sent is kept as the earlier version kept it.
        assert {**one, **AS_KEPT} == {**golden[ids], **AS_KEPT}


def test_a_server_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as server:
        owner = Owner(server, "default")
        ids = [call(owner, 24 * days, "gpt-4o") for days in range(1, 17)]
        until(lambda: len(traces(owner)) == len(ids))
    spoil(data)
    server = start(data)
    owner = Owner(server, "default")
    _, begun = owner.ask("POST", "/normalisations", {})
    path = f"/normalisations/{begun['id']}"
    until(lambda: owner.ask("GET", path)[1]["changed"] >= 2)
    server.kill()
    with serving(data) as second:
        owner = Owner(second, "default")
        left = owner.ask("GET", path)[1]
        found = finished(owner, begun["id"])
        again = normalise(owner, all=True)
        costs = traces(owner)
        until(lambda: hourly_cost(owner) == Decimal("0.056"), 90)

    assert left["changed"] >= 2
    assert (found["changed"], found["spans"], found["new_total"]) == (16, 16, "0.056")
    assert (again["changed"], again["spans"]) == (0, 16)
    assert set(costs.values()) == {"0.0035"}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2026-11-01", "2026-11-01T00:00:00Z"),
        ("2026-11-01T10:00Z", "2026-11-01T10:00:00Z"),
        ("2026-11-01T10:00+01:00", "2026-11-01T10:00:00+01:00"),
        ("2026-11-01T10:00:00.5Z", "2026-11-01T10:00:00.5Z"),
        ("999999w", "1970-01-01T00:00:00+00:00"),
    ],
)
def test_a_time_is_typed_as_people_do(typed: str, read: str) -> None:
    assert moment(typed) == read


def test_some_days_ago_is_a_time() -> None:
    found = moment("7d")

    assert found is not None
    assert found < moment("1h") < moment("1m")  # type: ignore[operator]  # text, as above
