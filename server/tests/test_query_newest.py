"""Lists of a project in which very much happens: the newest are found by their places, and are the same."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import pytest
from typing_extensions import override

from clearspan_server.api.window import rfc3339
from clearspan_server.store.engine import Engine, Row
from reading import BASE_NS, HOUR_NS, SECOND_NS, Reader, span

COUNT = 3_100  # traces; fewer lie thin
STEP_NS = SECOND_NS // 10
OLDER = {"from_": rfc3339(BASE_NS - HOUR_NS)}


@pytest.fixture(scope="module")
def busy(request: pytest.FixtureRequest) -> Reader:
    """Some thousand traces in five minutes; of each hundredth trace and its second span an old version said another."""
    reader = Reader(request.getfixturevalue("engine"))
    said = {"user_id": "ann", "name": "old", "input": "the old words"}
    old = range(1, COUNT, 100)
    reader.store(
        *(span(n, k, parent=k - 1, start_ns=at(n, k), **said) for n in old for k in (1, 2))
    )
    reader.store(*(span(n, 1, start_ns=at(n, 1), version=2, **fields(n)) for n in range(1, COUNT)))
    again = (n for n in range(1, COUNT) if n % 100 == 1 or n % 50 == 3)
    reader.store(
        *(
            span(n, 2, parent=1, start_ns=at(n, 2), version=2, kind="tool", name=f"call {n % 7}")
            for n in again
        )
    )
    return reader


def at(trace: int, number: int) -> int:
    return BASE_NS + trace * STEP_NS + number


def fields(trace: int) -> dict[str, Any]:
    status = "error" if trace % 500 == 0 else "ok"
    return {
        "user_id": f"u{trace % 900}",
        "status": status,
        "name": "run",
        "input": f"word{trace % 40}",
    }


@pytest.mark.parametrize(
    "asked",
    [
        *("", "name:run", "name:old", "status:error", "user:ann", "user:u7", "kind:tool"),
        *(
            'kind:tool name:"call 3"',
            "span.name:old",
            "-kind:tool user:u3",
            "word7",
            '"the old words"',
        ),
        "kind:tool OR status:error",
    ],
)
@pytest.mark.parametrize("noun", ["traces", "spans"])
def test_the_newest_are_those_that_any_other_reading_finds(
    busy: Reader, noun: str, asked: str
) -> None:
    numbers = busy.traces if noun == "traces" else busy.spans
    oldest_first = numbers(filter=asked, sort="start", limit=500, **OLDER)
    everything = len(oldest_first) < 500

    newest = numbers(filter=asked, limit=500, **OLDER)

    if everything:
        assert newest == oldest_first[::-1]
    else:
        assert len(newest) == 500
        assert newest == sorted(newest, reverse=True)
        assert set(newest) & set(oldest_first) == set()


@pytest.mark.parametrize("noun", ["traces", "spans"])
def test_pages_of_the_newest_follow_each_other(busy: Reader, noun: str) -> None:
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = busy.get(f"/{noun}", filter="kind:tool", limit=20, cursor=cursor, **OLDER)
        found += [row["trace_id"] for row in page[noun]]
        cursor = page["next_cursor"]

    whole = busy.get(f"/{noun}", filter="kind:tool", sort="start", limit=500, **OLDER)[noun]
    assert found == [row["trace_id"] for row in whole][::-1]
    assert len(found) == 93


class Meanwhile(Engine):
    """An engine in which something happens once, right before rows are read of which the places are known."""

    def __init__(self, engine: Engine, happens: Callable[[], None]) -> None:
        vars(self).update(vars(engine))
        self.happens: Callable[[], None] | None = happens

    @override
    def query(self, statement: str, values: Mapping[str, object] | None = None) -> list[Row]:
        if self.happens and "use_skip_indexes = 0" in statement:
            happens, self.happens = self.happens, None
            happens()
        return super().query(statement, values)


VERSIONS = count(4)


@pytest.mark.parametrize(
    ("noun", "sort", "newest", "written", "is_there"),
    [
        ("traces", "-start", COUNT - 47, {"user_id": "eve"}, True),
        ("spans", "-start", COUNT - 1, {"user_id": "eve"}, True),
        ("spans", "-duration", COUNT - 1, {"user_id": "eve"}, True),
        ("spans", "-start", COUNT - 1, {"status": "cancelled"}, False),
    ],
)
def test_a_row_written_anew_while_its_page_is_read_is_there_if_it_still_passes(
    busy: Reader, noun: str, sort: str, newest: int, written: dict[str, Any], *, is_there: bool
) -> None:
    def write(**changed: Any) -> None:
        now = {"start_ns": at(newest, 1), "version": next(VERSIONS), **fields(newest), **changed}
        busy.store(span(newest, 1, **now))

    asked = "kind:tool" if noun == "traces" else "name:run -status:cancelled"
    with Reader(Meanwhile(busy.engine, lambda: write(**written))) as reader:
        reader.project = busy.project
        rows = reader.get(f"/{noun}", filter=asked, sort=sort, **OLDER)[noun]
    write()

    assert len(rows) == 50
    assert (rows[0]["trace_id"] == f"{newest:032x}") is is_there


@pytest.mark.parametrize(("noun", "newest"), [("traces", COUNT + 1), ("spans", COUNT + 2)])
def test_what_came_since_the_last_question_is_there(busy: Reader, noun: str, newest: int) -> None:
    busy.get(f"/{noun}")  # how far back a list reads is now known for some seconds
    busy.store(span(newest, 1, start_ns=at(newest, 1), **fields(newest)))

    rows = busy.get(f"/{noun}")[noun]

    assert len(rows) == 50
    assert rows[0]["trace_id"] == f"{newest:032x}"
