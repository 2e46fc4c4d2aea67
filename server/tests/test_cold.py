"""Cold storage: months of spans leave the engine for files, and are still listed, read, and reached by an erasure."""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from asking import Client
from clearspan_server.errors import BadInput, ColdAway, StartRefused
from clearspan_server.model.cold import Month
from clearspan_server.model.removal import Removal
from clearspan_server.model.retention import Policy
from clearspan_server.store.backup_files import has_cold
from clearspan_server.store.cold import Cold
from clearspan_server.store.cold_place import Folder, Place, place_of
from clearspan_server.store.engine import Engine
from reading import span, trace_id
from removal_bench import Bench
from removing import done, send
from running import serving, until
from sending import request_of
from sending import span as sent_span

PERSON, OTHER, DAY_S = "person-Trillian-7", "person-Roosta-8", 86_400
# The middle of the month before last: it has ended for some 28 days at least.
OLD = (datetime.now(UTC).replace(day=1) - timedelta(days=40)).replace(day=15, hour=12, minute=0)
OLD_NS = int(OLD.timestamp()) * 1_000_000_000
MONTH = int(OLD.strftime("%Y%m"))
EVER = "from=1000000000000&limit=50"


@pytest.fixture
def bench(engine: Engine, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(engine, tmp_path)
    yield made
    made.close()


def cooled(bench: Bench) -> Removal:
    """A turn of retention that moves months which ended 20 days ago."""
    bench.means.retention.put(bench.project, Policy(days=None, cold_days=20))
    with bench.working():
        return bench.done(bench.removals.add("retention", bench.project, "a test", is_dry=False))


def rows_of(bench: Bench) -> list[dict[str, Any]]:
    asked = "select * from spans final where project = {p:String} order by trace_id, span_id"
    return bench.engine.query(asked, {"p": bench.project})


def opened_again(bench: Bench, place: Place | None) -> Cold:
    """Cold storage as the next start finds it."""
    bench.means.cold.close()
    bench.means = replace(bench.means, cold=Cold(bench.folder / "cold.db", place, bench.engine))
    return bench.means.cold


def file_of(bench: Bench) -> Path:
    return bench.folder / "cold" / f"of-{bench.project}" / f"{OLD:%Y-%m}.parquet"


def half_of(bench: Bench) -> Path:
    return file_of(bench).with_name(f"{OLD:%Y-%m}.parquet.new")


def test_a_month_leaves_the_engine_and_comes_back_as_it_was(bench: Bench) -> None:
    now_ns = time.time_ns()
    bench.store(
        span(1, 1, start_ns=OLD_NS, input="a question", attributes={"a": "1"}, user_id=PERSON),
        span(1, 2, parent=1, start_ns=OLD_NS + 10**9, tags=["x"], input_tokens=7),
        span(2, start_ns=OLD_NS + 3 * DAY_S * 10**9, output="an answer"),
        span(3, start_ns=now_ns),
    )
    before = rows_of(bench)

    turn = cooled(bench)

    cold = bench.means.cold
    [month] = cold.months(bench.project)
    assert (month.name, month.spans) == (OLD.strftime("%Y-%m"), 3)
    assert turn.findings.counts["to_cold"] == 3
    assert bench.traces("spans") == {trace_id(3)}
    assert bench.traces("traces") == {trace_id(1), trace_id(2), trace_id(3)}
    assert bench.means.agenda.frozen_before(bench.project) * 10**9 == month.to_ns
    cold.bring_back(bench.project, [trace_id(one) for one in (1, 2, 3)])
    assert rows_of(bench) == before


def test_what_was_only_read_leaves_again_and_what_came_late_joins_its_month(bench: Bench) -> None:
    bench.store(span(1, start_ns=OLD_NS), span(2, start_ns=OLD_NS))
    cooled(bench)
    cold = bench.means.cold
    file = next((bench.folder / "cold").rglob("*.parquet"))
    written = file.stat().st_mtime_ns

    cold.bring_back(bench.project, [trace_id(1)])
    cooled(bench)
    untouched = file.stat().st_mtime_ns
    late = span(2, 5, parent=1, start_ns=OLD_NS)
    cold.bring_back(bench.project, [trace_id(2)])
    bench.store(late)
    cooled(bench)

    assert untouched == written
    assert bench.traces("spans") == set()
    assert [one.spans for one in cold.months(bench.project)] == [3]
    assert parquet.read_table(file)["span_id"].to_pylist().count(late.span_id) == 1


def test_a_newer_version_of_a_span_stays_when_an_older_one_moves(bench: Bench) -> None:
    first = span(1, start_ns=OLD_NS, output="first")
    bench.store(first)
    bench.store(replace(first, output="corrected", version=2))

    cooled(bench)
    bench.means.cold.bring_back(bench.project, [trace_id(1)])

    assert [row["output"] for row in rows_of(bench)] == ["corrected"]


def test_what_comes_while_a_month_is_copied_stays(bench: Bench) -> None:
    first = span(1, start_ns=OLD_NS, output="first", version=3)
    bench.store(first, span(2, start_ns=OLD_NS, version=9))
    cold, month = bench.means.cold, Month(bench.project, MONTH)

    cold.copy(month)
    bench.store(replace(first, output="corrected", version=4))
    bench.store(span(3, start_ns=OLD_NS, output="late", version=1))
    cold.leave(month)

    assert [row["output"] for row in rows_of(bench)] == ["corrected", "late"]
    cold.bring_back(bench.project, [trace_id(1), trace_id(2)])
    assert [row["output"] for row in rows_of(bench)] == ["corrected", "", "late"]


def unknown(bench: Bench) -> None:
    """The file is there, the index does not say so; and half of another one."""
    bench.means.cold.copy(Month(bench.project, MONTH))
    with closing(sqlite3.connect(bench.folder / "cold.db")) as index, index:
        index.execute("insert into begun select project, month from months")
        index.execute("delete from months")
    half_of(bench).write_bytes(b"half a file")


def half_left(bench: Bench) -> None:
    """Of what is in the file some has left the engine."""
    bench.means.cold.copy(Month(bench.project, MONTH))
    asked = "alter table spans delete where project = {p:String} and trace_id = {t:String} settings mutations_sync = 2"
    bench.engine.command(asked, {"p": bench.project, "t": trace_id(1)})


@pytest.mark.parametrize("interrupted", [unknown, half_left])
def test_a_move_that_was_interrupted_is_finished_by_the_next(
    bench: Bench, interrupted: Callable[[Bench], None]
) -> None:
    bench.store(*(span(number, start_ns=OLD_NS, input=f"asks {number}") for number in (1, 2, 3)))
    before = rows_of(bench)
    interrupted(bench)
    cold = opened_again(bench, Folder(bench.folder / "cold"))

    cooled(bench)

    assert rows_of(bench) == []
    assert parquet.read_table(file_of(bench)).num_rows == 3
    assert not half_of(bench).exists()
    assert [one.spans for one in cold.months(bench.project)] == [3]
    cold.bring_back(bench.project, [trace_id(one) for one in (1, 2, 3)])
    assert rows_of(bench) == before


def test_a_file_of_an_earlier_version_is_read(bench: Bench) -> None:
    bench.store(span(1, start_ns=OLD_NS, output="an answer"))
    cooled(bench)
    held = parquet.read_table(file_of(bench))
    parquet.write_table(held.drop_columns(["tags", "redactions"]), file_of(bench))

    bench.means.cold.bring_back(bench.project, [trace_id(1)])

    assert [row["output"] for row in rows_of(bench)] == ["an answer"]


def test_an_erasure_rewrites_the_files_of_its_project_alone(bench: Bench) -> None:
    def person(number: int, **fields: Any) -> Any:
        return span(number, start_ns=OLD_NS, user_id=PERSON, **fields)

    ours, others = bench.project, f"{bench.project}-Others"
    cold, month = bench.means.cold, Month(ours, MONTH)
    for bench.project in (others, ours):
        bench.store(person(1), span(2, start_ns=OLD_NS, user_id=OTHER, input=f"ask {PERSON}"))
        cooled(bench)
    left_over = file_of(bench).with_name("2020-01.parquet.new")
    left_over.write_bytes(PERSON.encode())
    with closing(sqlite3.connect(bench.folder / "cold.db")) as index, index:
        index.execute("insert into begun values (?, 202001)", (ours,))
    cold.bring_back(ours, [trace_id(1)])

    with bench.working():
        by_user = bench.done(bench.erasure(PERSON))
        users = in_files(bench.folder / "cold" / f"of-{ours}")
        by_text = bench.done(bench.erasure(PERSON, "text"))

    assert (by_user.findings.counts["cold_spans"], by_text.findings.counts["cold_spans"]) == (1, 1)
    assert users == {OTHER}
    assert cold.months(ours) == []
    assert not file_of(bench).exists()
    assert not left_over.exists()
    assert rows_of(bench) == []
    assert [replace(one, size_bytes=0) for one in cold.months(others)] == [
        replace(month, project=others, spans=2)
    ]
    assert in_files(bench.folder / "cold") == {PERSON, OTHER}


def test_a_folder_that_is_not_there_is_trouble_and_not_empty(bench: Bench) -> None:
    bench.store(span(1, start_ns=OLD_NS))
    cooled(bench)
    folder = bench.folder / "cold"
    one = [trace_id(1)]

    file_of(bench).write_bytes(b"damaged")
    with pytest.raises(ColdAway, match="cannot be used"):
        bench.means.cold.bring_back(bench.project, one)
    file_of(bench).unlink()
    with pytest.raises(ColdAway, match="put it back"):
        bench.means.cold.bring_back(bench.project, one)
    folder.rename(bench.folder / "elsewhere")
    with pytest.raises(ColdAway, match="not mounted"):
        bench.means.cold.bring_back(bench.project, one)
    with pytest.raises(ColdAway, match="CLEARSPAN_COLD"):
        opened_again(bench, None).bring_back(bench.project, one)


def test_a_month_is_forgotten_only_when_its_file_is_lost(bench: Bench) -> None:
    bench.store(span(1, start_ns=OLD_NS))
    cooled(bench)
    cold, month = bench.means.cold, Month(bench.project, MONTH)

    with pytest.raises(BadInput, match="is there"):
        cold.forget(month)
    file_of(bench).unlink()
    cold.forget(month)

    assert cold.bring_back(bench.project, [trace_id(1)]) == set()
    assert opened_again(bench, Folder(bench.folder / "cold")).months(bench.project) == []


def test_a_folder_that_cannot_be_written_to_loses_nothing(bench: Bench) -> None:
    bench.store(span(1, start_ns=OLD_NS))
    (bench.folder / "cold" / f"of-{bench.project}").write_text("in the way")
    bench.means.retention.put(bench.project, Policy(days=None, cold_days=20))
    removal = bench.removals.add("retention", bench.project, "a test", is_dry=False)

    with bench.working():
        bench.wake.set()
        said = until(lambda: bench.find(removal).error)

    assert "in cold storage at" in said or "cannot be used" in said
    assert bench.traces("spans") == {trace_id(1)}
    assert bench.means.cold.months(bench.project) == []


def test_a_folder_belongs_to_one_data_folder(bench: Bench, tmp_path: Path) -> None:
    bench.means.cold.check()

    another = Cold(tmp_path / "another.db", Folder(bench.folder / "cold"), bench.engine)

    with closing(another), pytest.raises(ColdAway, match="another data folder"):
        another.check()


def test_a_restored_data_folder_is_let_in_where_somebody_says_so(
    bench: Bench, tmp_path: Path
) -> None:
    bench.store(span(1, start_ns=OLD_NS))
    cooled(bench)
    index = bench.restored(tmp_path)
    mark = bench.folder / "cold" / "clearspan-cold"

    restored = Cold(index, Folder(bench.folder / "cold"), bench.engine)
    with closing(restored):
        with pytest.raises(ColdAway, match="another data folder") as refused:
            restored.bring_back(bench.project, [trace_id(1)])
        [taking] = re.findall(r"([0-9a-f]{32}) in it", refused.value.message)
        mark.write_text(taking + "\n", encoding="utf-8")
        found = restored.bring_back(bench.project, [trace_id(1)])

    assert has_cold(tmp_path / "new")
    assert found == {trace_id(1)}
    with pytest.raises(ColdAway, match="another data folder"):
        opened_again(bench, Folder(bench.folder / "cold")).check()


SECRET = "not-a-secret-of-anybody-4711"


@pytest.mark.parametrize(
    ("setting", "endpoint"),
    [
        (f"s3://id:{SECRET}@archive/cold", ""),
        (f"s3://archive/cold?secret_key={SECRET}", ""),
        ("s3://", ""),
        ("s3://archive", f"https://id:{SECRET}@s3.example.com"),
        ("s3://archive", "s3.example.com"),
        ("s3://archive", "https://s3.example.com/behind-a-path"),
    ],
)
def test_a_bucket_is_named_without_who_may_use_it(setting: str, endpoint: str) -> None:
    with pytest.raises(StartRefused) as refused:
        place_of(setting, endpoint)

    assert SECRET not in str(refused.value)


def test_a_store_that_is_not_there_loses_nothing_and_tells_no_secret(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what is done with one that is there, `make test-bucket` has the tests."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    bench.store(span(1, start_ns=OLD_NS))
    cold = opened_again(bench, place_of("s3://archive/cold/", "http://127.0.0.1:9"))

    with pytest.raises(ColdAway, match="cannot be used") as away:
        cold.copy(Month(bench.project, MONTH))

    assert "s3://archive/cold" in away.value.message
    assert SECRET not in away.value.message
    assert bench.traces("spans") == {trace_id(1)}
    assert cold.months(bench.project) == []


def test_a_month_ends_where_the_next_begins() -> None:
    assert Month("p", 202612).to_ns == Month("p", 202701).from_ns
    assert Month("p", 202601).to_ns == Month("p", 202602).from_ns


def old(user: str, name: str = "answer", trace: bytes = b"", parent: bytes = b"") -> Any:
    one = sent_span(
        name, {"user.id": user, "input.value": f"{user} asks"}, trace_id=trace, parent=parent
    )
    one.start_time_unix_nano, one.end_time_unix_nano = OLD_NS, OLD_NS + 10**9
    return one


def read(ask: Client, trace: str) -> dict[str, Any]:
    """What the page of a trace shows of it."""
    status, outline = ask("GET", f"/traces/{trace}/outline")
    assert status == 200, outline
    [span_id] = outline["spans"]["span_id"]
    status, detail = ask("GET", f"/traces/{trace}/spans/{span_id}")
    assert status == 200, detail
    return {"trace": timeless(outline["trace"]), "spans": outline["spans"], "span": detail}


def test_cold_traces_are_listed_read_and_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cold"
    monkeypatch.setenv("CLEARSPAN_COLD", str(folder))
    hers, his = old(PERSON), old(OTHER)
    ids = [one.trace_id.hex() for one in (hers, his)]
    policy = {"days": None, "cold_days": 20}
    with serving(tmp_path / "data") as server:
        ask = Client(server, "p")
        send(ask, "/v1/traces", request_of([hers, his]))
        listed = until(lambda: len(rows := listed_of(ask)) == 2 and rows)
        before = [read(ask, one) for one in ids]
        refused = ask("PUT", "/retention", policy)
        folder.mkdir()
        assert ask("PUT", "/retention", policy)[0] == 200
        turn = done(ask, "retention/turns", ask("POST", "/retention/turns", {})[1])
        months = ask("GET", "/retention/cold")[1]["months"]
        listed_cold, spans = listed_of(ask), ask("GET", f"/spans?{EVER}")[1]["spans"]
        after = [read(ask, one) for one in ids[:1]]
        is_cold = ask("GET", f"/traces/{ids[0]}/outline")[1]["cold"]
        folder.rename(tmp_path / "away")
        late, new = old(OTHER, "late", his.trace_id, his.span_id), sent_span("new")
        send(ask, "/v1/traces", request_of([late, new]))
        names = until(lambda: len(rows := listed_of(ask)) == 3 and {row["name"] for row in rows})
        away = ask("GET", f"/traces/{ids[1]}/outline")
        (tmp_path / "away").rename(folder)
        until(lambda: {row["trace_id"]: row["span_count"] for row in listed_of(ask)}[ids[1]] == 2)

    assert refused[0] == 400
    assert (turn["counts"]["to_cold"], [one["spans"] for one in months]) == (2, [2])
    assert (listed_cold, spans) == (listed, [])
    assert (after, is_cold) == (before[:1], True)
    assert names == {"answer", "new"}
    assert (away[0], away[1]["error"]["code"]) == (503, "cold_away")


def listed_of(ask: Client) -> list[dict[str, Any]]:
    return [timeless(row) for row in ask("GET", f"/traces?{EVER}")[1]["traces"]]


def timeless(row: dict[str, Any]) -> dict[str, Any]:
    """A trace but for what it becomes by itself, when it has been quiet for some seconds."""
    return {name: value for name, value in row.items() if name != "state"}


def in_files(folder: Path) -> set[str]:
    """The users of which spans are in the files."""
    found = (parquet.read_table(file)["user_id"].to_pylist() for file in folder.rglob("*.parquet"))
    return {user for users in found for user in users}
