"""Merging: whatever order the records of a span come in, and however often, one row has all of its fields."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.limits import MAX_TEXT_BYTES
from clearspan_server.ingest.merge import NO_RECORD, fold
from clearspan_server.ingest.prices import LIST_ONLY
from clearspan_server.ingest.redact import Redactor
from clearspan_server.ingest.renormalise import Today
from clearspan_server.jobs.derive import bring_up_to_date
from clearspan_server.model.span import Span
from clearspan_server.store.columns import to_batch
from clearspan_server.store.derived import Bounds
from clearspan_server.store.engine import Engine
from clearspan_server.store.parts import PartKind, part_of, to_parts
from reading import BASE_NS, MINUTE_NS, SECOND_NS, Reader, span, trace_id

Sent = tuple[str, Span]  # spans, open, update or log, and what it says


def said(text: str, role: str = "user") -> str:
    return f'[{{"role":"{role}","parts":[{{"type":"text","content":"{text}"}}]}}]'


def opened(**fields: object) -> Sent:
    values = {"name": "chat", "kind": "llm", "status": "open", "end_ns": None, "process": "p1"}
    return "open", span(1, **{**values, "attributes": {"open.only": "1"}} | fields)  # type: ignore[arg-type]  # any field


def finished(**fields: object) -> Sent:
    values = {"name": "chat", "kind": "llm", "provider": "openai", "request_model": "gpt-4o"}
    return "spans", span(1, **values | fields)  # type: ignore[arg-type]  # any field


def update(**fields: object) -> Sent:
    return "update", span(1, **{"name": "", "end_ns": None} | fields)  # type: ignore[arg-type]  # any field


def log(**fields: object) -> Sent:
    return "log", span(1, **{"name": "", "end_ns": None} | fields)  # type: ignore[arg-type]  # any field


TODAY = Today(LIST_ONLY, Privacy(Redactor(), b"test"))
RETRIED = finished(input_tokens=10, output_tokens=5, attributes={"a": "1"}, user_id="early")
LIFE: tuple[Sent, ...] = (
    opened(session_id="s"),
    RETRIED,
    RETRIED,
    finished(
        start_ns=BASE_NS + 3 * MINUTE_NS,
        input_tokens=10,
        output_tokens=7,
        attributes={"a": "2"},
        user_id="early",
    ),
    update(user_id="late", attributes={"b": "3"}),
    log(input=said("hello"), input_preview="hello", output=said("hi", "assistant")),
)


class Sender:
    """Stores records one after the other, each with a later time, and derives after each."""

    def __init__(self, engine: Engine, project: str) -> None:
        self._engine = engine
        self._project = project
        self._now_ns = BASE_NS

    def send(self, sent: Sent) -> None:
        kind, record = sent
        self._now_ns += SECOND_NS
        one = replace(record, project=self._project, received_ns=self._now_ns, version=self._now_ns)
        rows = pa.Table.from_batches([to_batch([one])])
        table = "spans" if kind == "spans" else "span_parts"
        made = rows if kind == "spans" else to_parts(kind, rows)
        self._engine.insert(table, made, token=uuid.uuid4().hex)
        self.derive()

    def derive(self) -> None:
        keys = [(self._project, trace_id(1))]
        bring_up_to_date(self._engine, lambda _: TODAY, keys, Bounds())


def rows_of(engine: Engine, project: str) -> list[Span]:
    rows = engine.query("select * from spans final where project = {p:String}", {"p": project})
    return [Span(**row) for row in rows]


# The two finished records last in the order in which they were sent: the newest is the base.
ORDERS = [
    order
    for order in permutations(range(len(LIFE)))
    if order.index(3) > order.index(2) > order.index(1)
]


@pytest.mark.parametrize("order", ORDERS[:: len(ORDERS) // 12], ids=str)
def test_one_span_in_six_records_is_one_row_with_every_field_in_any_order(
    engine: Engine, reader: Reader, order: tuple[int, ...]
) -> None:
    sender = Sender(engine, reader.project)

    for place in order:
        sender.send(LIFE[place])
    (row,) = rows_of(engine, reader.project)
    listed = reader.get("/traces")["traces"]

    assert (row.start_ns, row.status) == (BASE_NS + 3 * MINUTE_NS, "ok")
    assert (row.user_id, row.session_id, row.process) == ("late", "s", "p1")
    assert row.attributes == {"a": "2", "b": "3", "open.only": "1"}
    assert (row.input, row.output) == (said("hello"), said("hi", "assistant"))
    assert (row.input_tokens, row.output_tokens, row.total_tokens) == (10, 7, 17)
    assert [(one["span_count"], one["total_tokens"]) for one in listed] == [(1, 17)]


def test_folding_again_changes_nothing(engine: Engine, reader: Reader) -> None:
    sender = Sender(engine, reader.project)
    for sent in LIFE:
        sender.send(sent)
    before = rows_of(engine, reader.project)

    sender.derive()

    assert rows_of(engine, reader.project) == before


def test_a_span_of_which_only_a_log_event_came_is_shown(engine: Engine, reader: Reader) -> None:
    Sender(engine, reader.project).send(log(input=said("hello"), process="p1"))

    (row,) = rows_of(engine, reader.project)

    assert (row.status, row.input, row.end_ns) == ("open", said("hello"), None)
    # Nobody said that it is open, so nobody's silence ends it.
    assert row.process == ""


def test_an_open_record_that_comes_last_does_not_open_a_finished_span() -> None:
    done = finished()[1]
    begun = opened(input=said("hello"))[1]

    row = fold(done, [part_of("open", begun)], LIST_ONLY)

    assert row is not None
    assert (row.status, row.end_ns, row.input) == ("ok", done.end_ns, said("hello"))


def test_messages_of_several_log_events_stand_in_order_of_their_time() -> None:
    late = log(start_ns=BASE_NS + 2, input=said("two"))[1]
    early = log(start_ns=BASE_NS + 1, input=said("one"))[1]

    row = fold(finished()[1], [part_of("log", late), part_of("log", early)], LIST_ONLY)

    assert row is not None
    assert row.input.index("one") < row.input.index("two")
    assert row.input_preview == "two"


def test_usage_that_comes_late_is_priced() -> None:
    usage = update(input_tokens=1000, output_tokens=100)[1]

    row = fold(finished()[1], [part_of("update", usage)], LIST_ONLY)

    assert row is not None
    assert row.total_tokens == 1100
    assert row.total_cost is not None


def test_an_update_ends_an_open_span() -> None:
    begun, end = opened()[1], update(end_ns=BASE_NS + MINUTE_NS)[1]

    row = fold(None, [part_of("open", begun), part_of("update", end)], LIST_ONLY)

    assert row is not None
    assert (row.status, row.end_ns, row.filled) == ("ok", BASE_NS + MINUTE_NS, [NO_RECORD])


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["", "a", "b"]),
        "user_id": st.sampled_from(["", "u", "v"]),
        "input_tokens": st.sampled_from([None, 0, 7]),
        "output_tokens": st.sampled_from([None, 3]),
        "attributes": st.dictionaries(st.sampled_from("xyz"), st.sampled_from("12")),
        "tags": st.sampled_from([[], ["t"]]),
        "input": st.sampled_from(["", said("one"), said("two")]),
    },
)
KINDS = st.sampled_from(["open", "update", "log"])


def part(kind: PartKind, fields: dict[str, object], place: int) -> Span:
    made = {"open": opened, "update": update, "log": log}[kind](**fields)[1]
    return replace(made, project="p", received_ns=BASE_NS + place)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.tuples(KINDS, FIELDS), min_size=1, max_size=5), FIELDS, st.data())
def test_the_row_is_the_same_however_its_parts_were_folded_in(
    sent: Sequence[tuple[PartKind, dict[str, object]]], base: dict[str, object], data: st.DataObject
) -> None:
    parts = [part_of(kind, part(kind, fields, at)) for at, (kind, fields) in enumerate(sent)]
    record = replace(finished(**base)[1], project="p")
    at_once = fold(record, parts, LIST_ONLY) or record
    chosen = data.draw(st.permutations(range(len(parts))))

    row = record
    for count in range(1, len(chosen) + 1):
        known = [parts[place] for place in sorted(chosen[:count])]
        row = fold(row, known, LIST_ONLY) or row

    assert replace(row, version=0) == replace(at_once, version=0)
    assert fold(row, parts, LIST_ONLY) is None


def test_parts_that_are_too_long_together_are_cut_once_and_say_so() -> None:
    half = MAX_TEXT_BYTES * 3 // 4
    parts = [part_of("log", log(input=said(letter * half))[1]) for letter in "ab"]

    first = fold(None, parts, LIST_ONLY)
    assert first is not None
    again = fold(first, parts, LIST_ONLY)

    assert len(first.input) <= MAX_TEXT_BYTES
    assert [note.partition(":")[0] for note in first.truncated] == ["input"]
    assert again is None


def test_notes_of_a_cut_are_of_the_value_that_the_row_has() -> None:
    long, short = {"attributes": {"a:b": "1"}}, {"attributes": {"a:b": "2"}}
    note = f"attributes.a:b:9:{'a' * 32}"
    begun = part_of("open", opened(**long, truncated=[note])[1])
    later = [
        part_of("update", update(input=text, truncated=notes)[1])
        for text, notes in (("long", [f"input:7:{'b' * 32}"]), ("short", []))
    ]

    ended = fold(finished(**short)[1], [begun], LIST_ONLY)
    kept = fold(finished()[1], [begun], LIST_ONLY)
    shorter = fold(finished(truncated=[f"input:8:{'c' * 32}"])[1], later, LIST_ONLY)

    assert ended is not None
    assert kept is not None
    assert shorter is not None
    assert (ended.truncated, kept.truncated) == ([], [note])
    assert (shorter.input, shorter.truncated) == ("short", [])
    assert fold(shorter, later, LIST_ONLY) is None
