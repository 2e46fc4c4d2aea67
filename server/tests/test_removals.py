"""The job that removes: it takes what it was told and nothing else, whatever happens meanwhile."""

import json
import sqlite3
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from typing_extensions import override

from clearspan_server.errors import Conflict
from clearspan_server.model.long_text import LongText
from clearspan_server.model.retention import Policy, Thinning
from clearspan_server.model.rewrite import Change, Stretch, Tally
from clearspan_server.store import text_columns
from clearspan_server.store.columns import SCHEMA_VERSION, to_batch, to_bytes
from clearspan_server.store.conversations import Asked, Context, Conversations, Draft
from clearspan_server.store.doomed import Doomed
from clearspan_server.store.engine import Engine, Row
from clearspan_server.store.media import Medium, Use
from clearspan_server.store.notes import BOOKMARKS, Notes
from clearspan_server.store.quarantine import Refused
from clearspan_server.store.rewrites import Step
from clearspan_server.store.shares import Shares
from reading import span, trace_id
from removal_bench import Bench
from running import until

PERSON, DAY_S, HOUR_S = "person-Marvin", 86_400, 3_600


@pytest.fixture
def bench(engine: Engine, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(engine, tmp_path)
    yield made
    made.close()


class Arriving:
    """An engine into which somebody stores a span as soon as it has said which parts go."""

    def __init__(self, engine: Engine, bench: Bench) -> None:
        self._engine = engine
        self._bench = bench

    def query(self, statement: str, values: Mapping[str, object] | None = None) -> list[Row]:
        rows = self._engine.query(statement, values)
        if "group by part" in statement:
            self._bench.store(span(900, user_id="somebody else"))
        return rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


def test_what_arrives_while_a_month_goes_stays(bench: Bench) -> None:
    bench.store(span(1, user_id=PERSON))
    arriving: Any = Arriving(bench.engine, bench)
    doomed = Doomed(arriving, bench.project)
    doomed.add([trace_id(1)])

    doomed.delete(lambda _share: None)

    assert bench.traces("spans") == {trace_id(900)}
    assert bench.traces("traces") == {trace_id(900)}


def test_a_mutation_that_was_interrupted_does_not_take_what_is_found_next(bench: Bench) -> None:
    bench.store(span(1), span(2))
    first = Doomed(bench.engine, bench.project)
    first.add([trace_id(1)])
    bench.engine.command("system stop merges spans")
    bench.engine.command(
        "alter table spans delete where project = {p:String} and trace_id in (select trace_id from doomed)"
        " settings mutations_sync = 0",
        {"p": bench.project},
    )

    second = Doomed(bench.engine, bench.project)
    second.add([trace_id(2)])
    bench.engine.command("system start merges spans")

    until(lambda: not unfinished(bench.engine))
    assert bench.traces("spans") == {trace_id(1), trace_id(2)}


def test_what_has_nothing_to_remove_leaves_every_part_alone(bench: Bench) -> None:
    bench.store(span(1))
    before = mutations(bench.engine)
    doomed = Doomed(bench.engine, bench.project)
    doomed.add([trace_id(2)])

    doomed.delete(lambda _share: None)
    doomed.unname(anywhere=True)

    assert mutations(bench.engine) == before
    assert bench.traces("spans") == {trace_id(1)}


def mutations(engine: Engine) -> int:
    [row] = engine.query("select count() as n from system.mutations")
    return int(row["n"])


def unfinished(engine: Engine) -> list[Row]:
    return engine.query("select command from system.mutations where not is_done")


def test_an_erasure_that_is_given_up_while_it_looks_removes_nothing(bench: Bench) -> None:
    bench.store(span(1, user_id=PERSON))
    given_up = bench.erasure(PERSON)
    assert bench.removals.cancel(given_up.id)

    noted = bench.removals.begin(given_up, {trace_id(1)}, ())
    with bench.working():
        after = bench.done(bench.erasure("nobody"))

    assert not noted
    assert bench.find(given_up).state == "cancelled"
    assert after.state == "done"
    assert bench.traces() == {trace_id(1)}


def test_what_has_begun_cannot_be_given_up_even_without_a_trace(bench: Bench) -> None:
    begun = bench.erasure(PERSON)

    assert bench.removals.begin(begun, (), ())

    assert not bench.removals.cancel(begun.id)
    assert bench.removals.begun(begun) == (set(), set())


def test_traces_that_follow_are_known_after_an_interruption(bench: Bench) -> None:
    bench.store(span(1, user_id=PERSON))
    begun = bench.erasure(PERSON)
    bench.removals.begin(begun, {trace_id(1)}, {trace_id(2)})

    with bench.working():
        bench.done(begun)

    assert (bench.project, trace_id(2)) in bench.followed[0]
    assert bench.removals.begun(begun) == (set(), set())


def test_one_that_fails_does_not_keep_the_others_waiting(bench: Bench) -> None:
    bench.store(span(1, user_id=PERSON))
    broken = bench.erasure("someone")
    fine = bench.erasure(PERSON)
    with sqlite3.connect(bench.folder / "removals.db") as file:
        subject = json.dumps({"by": "user", "value": 7})
        file.execute("update removals set subject = ? where id = ?", (subject, broken.id))

    with bench.working():
        assert bench.done(fine).state == "done"
        until(lambda: bench.find(broken).error != "")

    assert bench.find(broken).state == "running"
    assert bench.traces() == set()


def test_every_night_what_is_too_old_goes_by_itself(bench: Bench) -> None:
    midnight_s = int(time.time()) // DAY_S * DAY_S
    old = span(1, start_ns=(midnight_s - 40 * DAY_S) * 10**9)
    bench.store(old, span(2, start_ns=(midnight_s - HOUR_S) * 10**9))
    bench.means.retention.put(bench.project, Policy(days=30))
    now_s = midnight_s + HOUR_S
    bench.now_s = lambda: now_s

    with bench.working():  # in a new folder the first night is the next one
        until(lambda: not bench.removals.newest("retention", bench.project))
        now_s = midnight_s + DAY_S + HOUR_S  # before two in the morning
        bench.wake.set()
        bench.done(bench.erasure("nobody"))
        early = bench.removals.newest("retention", bench.project)
        now_s = midnight_s + DAY_S + 3 * HOUR_S
        bench.wake.set()
        until(lambda: bench.removals.newest("retention", bench.project))
        [turn] = bench.removals.newest("retention", bench.project)
        turn = bench.done(turn)
        bench.wake.set()
        bench.done(bench.erasure("nobody"))

    assert early == []
    assert [one.id for one in bench.removals.newest("retention", bench.project)] == [turn.id]
    assert (turn.asked_by, turn.findings.counts["traces"]) == ("nightly", 1)
    assert bench.traces() == {trace_id(2)}
    assert bench.means.agenda.frozen_before(bench.project) > 0


def test_what_has_no_trace_and_the_quarantine_are_as_old_as_traces_may_be(
    bench: Bench,
) -> None:
    now_ns = time.time_ns()
    old_ns = now_ns - 40 * DAY_S * 10**9
    bench.store(span(1, start_ns=now_ns))
    names = ["project", "score_id", "trace_id", "created_ns", "version"]
    scores = [("old", "", old_ns), ("kept", trace_id(1), old_ns), ("new", "", now_ns)]
    rows = [[bench.project, score, trace, created_ns, 1] for score, trace, created_ns in scores]
    bench.engine.insert_rows("scores", names, rows)
    texts = [
        LongText(bench.project, trace, "s", "input", name, b"whole", received_ns, received_ns)
        for name, trace, received_ns in (
            *(("old", trace_id(2), old_ns), ("kept", trace_id(1), old_ns)),
            ("new", trace_id(3), now_ns),
        )
    ]
    pieces = pa.Table.from_batches([text_columns.to_batch(texts)])
    bench.engine.insert("long_texts", pieces, token=bench.project)
    bench.means.quarantine.add(refused(bench, seq, at) for seq, at in ((1, old_ns), (2, now_ns)))
    bench.means.retention.put(bench.project, Policy(days=30))

    with bench.working():
        dry = bench.done(bench.removals.add("retention", bench.project, "a test", is_dry=True))
        turn = bench.done(bench.removals.add("retention", bench.project, "a test", is_dry=False))

    asked = "select score_id from scores where project = {p:String} order by score_id"
    left = [row["score_id"] for row in bench.engine.query(asked, {"p": bench.project})]
    assert left == ["kept", "new"]
    asked = "select hash from long_texts where project = {p:String} order by hash"
    assert [row["hash"] for row in bench.engine.query(asked, {"p": bench.project})] == left
    assert turn.findings.counts["long_texts"] == 1
    assert [one.row.seq for one in bench.means.quarantine.of_project(bench.project)] == [2]
    assert (turn.findings.counts["scores"], turn.findings.counts["quarantined"]) == (1, 1)
    assert turn.findings.counts == dry.findings.counts


def refused(bench: Bench, seq: int, received_ns: int) -> Refused:
    row = span(50 + seq)
    row.project = bench.project
    return Refused(
        seq, 0, "spans", bench.project, row.trace_id, row.span_id, row.name, "", "", received_ns, received_ns,
        "a test", SCHEMA_VERSION, to_bytes(to_batch([row])),
    )  # fmt: skip


def test_thinning_keeps_noted_traces_however_many_they_are(bench: Bench) -> None:
    at_ns = time.time_ns() - 10 * DAY_S * 10**9
    bench.store(*(span(number, start_ns=at_ns) for number in range(1, 21)))
    marked = [*range(11, 16), *range(100_000, 160_000)]
    row = {"project": bench.project, "author": "somebody", "created": datetime.now(UTC)}
    with bench.catalog.database.begin() as connection:
        connection.execute(
            BOOKMARKS.insert(), [row | {"trace_id": trace_id(one)} for one in marked]
        )
    bench.means.retention.put(bench.project, Policy(days=None, thinning=Thinning(7, 0.0, 60_000)))

    with bench.working():
        bench.done(bench.removals.add("retention", bench.project, "a test", is_dry=False))

    assert bench.traces() == {trace_id(number) for number in range(11, 16)}


def test_what_is_noted_or_judged_while_hours_are_frozen_is_not_thinned(bench: Bench) -> None:
    at_s = (int(time.time()) - 10 * DAY_S) // HOUR_S * HOUR_S
    bench.store(*(span(number, start_ns=at_s * 10**9) for number in range(1, 5)))
    bench.means.retention.put(bench.project, Policy(days=None, thinning=Thinning(7, 0.0, 60_000)))
    bench.means.agenda.mark([(bench.project, at_s)])  # its sums are not whole yet
    judged = [[bench.project, uuid.uuid4().hex, trace_id(2), 1]]
    waited: list[str] = []

    def hasten() -> None:
        if not waited:
            bench.means.notes.bookmark(bench.project, trace_id(1), "somebody")
            names = ["project", "score_id", "trace_id", "version"]
            bench.engine.insert_rows("scores", names, judged)
        waited.append("for sums")
        bench.sum()

    bench.means = replace(bench.means, hasten=hasten)
    with bench.working():
        turn = bench.done(bench.removals.add("retention", bench.project, "a test", is_dry=False))

    assert waited
    assert bench.traces() == {trace_id(1), trace_id(2)}
    assert (turn.findings.counts["traces"], turn.findings.counts["bookmarks"]) == (2, 0)


class Late(Notes):
    """Notes to which somebody adds one in the last moment before those of traces go."""

    late = ""

    @override
    def erase_unless_noted(
        self, project: str, trace_ids: Collection[str], known: Collection[str]
    ) -> bool:
        if self.late:
            self.bookmark(project, self.late, "somebody")
            self.late = ""
        return super().erase_unless_noted(project, trace_ids, known)


@pytest.mark.parametrize(
    ("policy", "left"),
    [
        (Policy(days=None, thinning=Thinning(7, 0.0, 60_000)), {trace_id(1)}),
        (Policy(days=7), set[str]()),  # which removes noted ones, too
    ],
)
def test_what_is_noted_on_after_the_last_look_is_looked_at_again(
    bench: Bench, policy: Policy, left: set[str]
) -> None:
    at_ns = time.time_ns() - 10 * DAY_S * 10**9
    bench.store(*(span(number, start_ns=at_ns) for number in (1, 2, 3)))
    bench.means.retention.put(bench.project, policy)
    notes = Late(bench.catalog.database)
    notes.late = trace_id(1)
    bench.means = replace(bench.means, notes=notes)

    with bench.working():
        turn = bench.done(bench.removals.add("retention", bench.project, "a test", is_dry=False))

    assert bench.traces() == left
    assert notes.all_traces(bench.project) == left
    assert turn.findings.counts["traces"] == 3 - len(left)


class Between(Shares):
    """Links that go, after the notes and before the traces: meanwhile somebody notes something."""

    notes: Notes
    refused: str = ""

    @override
    def erase(self, project: str, trace_ids: Collection[str]) -> None:
        with pytest.raises(Conflict) as refusal:
            self.notes.add_comment(project, trace_id(1), "somebody", "keep this")
        self.refused = refusal.value.message
        super().erase(project, trace_ids)


def test_nobody_notes_on_a_trace_that_is_going(bench: Bench) -> None:
    at_ns = time.time_ns() - 10 * DAY_S * 10**9
    bench.store(span(1, start_ns=at_ns))
    bench.means.retention.put(bench.project, Policy(days=7))
    shares = Between(bench.catalog.database)
    shares.notes = bench.means.notes
    bench.means = replace(bench.means, shares=shares)

    with bench.working():
        bench.done(bench.removals.add("retention", bench.project, "a test", is_dry=False))

    assert shares.refused == f"the trace {trace_id(1)} is old, and being removed"
    assert bench.means.notes.all_traces(bench.project) == set()
    bench.means.notes.bookmark(
        bench.project, trace_id(1), "somebody"
    )  # as on any that is not there


def test_all_traces_that_follow_are_found_however_many_they_are(bench: Bench) -> None:
    many = 100_001
    bench.engine.command(
        "insert into responses (project, response_id, trace_id, span_id) select {p:String}, 'r',"
        " leftPad(toString(number), 32, '0'), leftPad(toString(number), 16, '0') from numbers({n:UInt32} + 1)",
        {"p": bench.project, "n": many},
    )
    doomed = Doomed(bench.engine, bench.project)
    doomed.add(["0" * 32])

    kin = doomed.kin()

    assert len(kin) == many
    assert (bench.project, f"{many:032}") in kin


def test_of_an_erasure_that_is_given_up_the_name_leaves_the_disk(bench: Bench) -> None:
    given_up = bench.erasure(PERSON)

    is_over = bench.removals.cancel(given_up.id)

    files = b"".join(path.read_bytes() for path in bench.folder.glob("removals.db*"))
    assert is_over
    assert PERSON.encode() not in files


def test_files_that_an_interruption_left_behind_go_with_the_next_erasure(bench: Bench) -> None:
    media, folder = bench.means.media, bench.folder / "blobs" / f"of-{bench.project}"
    for number, content in ((1, b"hers"), (2, b"his")):
        medium = Medium(f"m{number}", "", "text/plain", 4, "", None)
        media.announce(bench.project, medium, Use(trace_id(number), "", "input"))
        media.keep(bench.project, medium.id, content)
    (folder / "ab").mkdir()
    (folder / "ab" / f"ab{PERSON}").write_bytes(b"known to nobody")
    media.announce("another", Medium("x", "", "text/plain", 4, "", None), None)
    media.keep("another", "x", b"of another project")

    media.erase(bench.project, {trace_id(1)}, media.named(bench.project, {trace_id(1)}))

    left = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert left == [b"his"]
    assert [path.read_bytes() for path in (bench.folder / "blobs" / "of-another").glob("*/*")] == [
        b"of another project"
    ]


def test_a_file_that_comes_after_its_trace_was_erased_is_not_kept(bench: Bench) -> None:
    media = bench.means.media
    medium = Medium("m", "", "text/plain", 4, "", None)
    media.announce(bench.project, medium, Use(trace_id(1), "", "input"))
    media.erase(bench.project, {trace_id(1)}, media.named(bench.project, {trace_id(1)}))

    media.keep(bench.project, medium.id, b"hers")

    assert [path for path in (bench.folder / "blobs").rglob("*") if path.is_file()] == []


def test_a_rewrite_under_way_brings_no_example_back_that_was_erased(bench: Bench) -> None:
    rewrites = bench.means.rewrites
    begun = rewrites.add("rescan", Stretch(bench.project, 0, 10), is_dry=True)
    told = Tally(spans=1, changed=1, examples=[Change("t", "s", "input", "", PERSON)])
    first = Step(0, 5, told, (), rewrites.erasures(bench.project))
    rewrites.finish(begun, first)
    read_before = rewrites.erasures(bench.project)
    rewrites.begin(begun, Step(5, 10, told, ["t"], read_before))

    rewrites.forget(bench.project)
    rewrites.finish(begun, Step(5, 10, told, ["t"], read_before))

    found = rewrites.find("rescan", bench.project, begun.id)
    assert found is not None
    assert (found.tally.changed, found.tally.examples) == (2, [])
    assert PERSON.encode() not in b"".join(
        path.read_bytes() for path in bench.folder.glob("rewrites.db*")
    )


def test_conversations_go_when_they_have_not_changed_for_the_days_of_their_project(
    bench: Bench,
) -> None:
    draft = Draft("", "", "simulated", "gpt-4o", {}, Context())
    database, now = bench.catalog.database, datetime.now(UTC)
    kept = {}
    for days in (10, 40):
        old = Conversations(database, repeat(now - timedelta(days=days)).__next__)
        kept[days] = old.create(bench.project, draft, "ann").head.id
    bench.means.retention.put(bench.project, Policy(days=30))

    with bench.working():
        dry = bench.done(bench.removals.add("retention", bench.project, "a test", is_dry=True))
        turn = bench.done(bench.removals.add("retention", bench.project, "a test", is_dry=False))

    found = bench.means.conversations.list(bench.project, Asked())
    assert [one.id for one in found] == [kept[10]]
    counts = (dry.findings.counts["conversations"], turn.findings.counts["conversations"])
    assert counts == (1, 1)
