"""Cold storage that is slow, silent, killed, or asked for more than fits into memory."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pyarrow import parquet
from typing_extensions import override

from clearspan_server.errors import ColdAway
from clearspan_server.store.cold import Cold
from clearspan_server.store.cold_place import Folder
from clearspan_server.store.engine import Engine
from reading import span, trace_id
from removal_bench import Bench
from test_cold import OLD_NS, cooled, file_of, opened_again, rows_of


@pytest.fixture
def bench(engine: Engine, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(engine, tmp_path)
    yield made
    made.close()


class Slow(Folder):
    """The first file that is opened takes until somebody lets it go on, or each look at the mark fails after 40 s."""

    def __init__(self, root: Path, what: str) -> None:
        super().__init__(root)
        self.what, self.begun, self.goes_on = what, threading.Event(), threading.Event()
        self.looks, self.now_s = 0, 0.0

    @override
    def text(self, name: str) -> str:
        self.looks += 1
        if self.what == "mark":
            self.now_s += 40
            raise OSError("silent")
        return super().text(name)

    @override
    def source(self, name: str) -> Path:
        if self.what == "file" and not self.begun.is_set():
            self.begun.set()
            assert self.goes_on.wait(60)
        return super().source(name)


@pytest.mark.parametrize(
    ("reads", "other"),
    [
        (lambda cold, project: cold.bring_back(project, [trace_id(1)]), 9),
        (lambda cold, project: cold.count(project, [trace_id(1)]), 2),
        (lambda cold, project: cold.erase(project, [trace_id(1)]), 2),
    ],
    ids=["reading", "looking", "erasing"],
)
def test_a_trace_is_read_while_a_file_is_slow(
    bench: Bench, reads: Callable[[Cold, str], object], other: int
) -> None:
    """One that is in the engine waits for no file, one that is cold for nobody who looks through files or erases."""
    bench.store(
        span(1, start_ns=OLD_NS), span(2, start_ns=OLD_NS), span(9, start_ns=time.time_ns())
    )
    cooled(bench)
    place = Slow(bench.folder / "cold", "file")
    cold = opened_again(bench, place)

    with ThreadPoolExecutor() as threads:
        slow = threads.submit(reads, cold, bench.project)
        try:
            assert place.begun.wait(60)
            found = threads.submit(cold.bring_back, bench.project, [trace_id(other)]).result(60)
        finally:
            place.goes_on.set()
        slow.result(60)

    assert found == ({trace_id(2)} if other == 2 else set())


def test_a_place_that_is_silent_for_long_is_left_alone_for_a_while(bench: Bench) -> None:
    bench.store(span(1, start_ns=OLD_NS))
    cooled(bench)
    bench.means.cold.close()
    place = Slow(bench.folder / "cold", "mark")
    cold = Cold(bench.folder / "cold.db", place, bench.engine, lambda: place.now_s)
    bench.means = replace(bench.means, cold=cold)

    waiting = []
    for _ in range(3):
        with pytest.raises(ColdAway, match="silent") as away:
            cold.bring_back(bench.project, [trace_id(1)])
        waiting.append(away.value.trace_ids)
    looks, place.what = place.looks, ""
    place.now_s += 301

    assert looks == 1
    assert waiting == [{trace_id(1)}] * 3
    assert cold.bring_back(bench.project, [trace_id(1)]) == {trace_id(1)}


def test_the_index_follows_a_file_that_was_written_anew_before_a_kill(bench: Bench) -> None:
    bench.store(span(1, start_ns=OLD_NS), span(2, start_ns=OLD_NS))
    cooled(bench)
    with closing(sqlite3.connect(bench.folder / "cold.db")) as index, index:
        index.execute("insert into begun select project, month from months")
        index.execute("update months set spans = 99, size_bytes = 1")
    cold = opened_again(bench, Folder(bench.folder / "cold"))

    cold.erase(bench.project, [trace_id(7)])

    [month] = cold.months(bench.project)
    assert (month.spans, month.size_bytes) == (2, file_of(bench).stat().st_size)


def test_what_is_too_much_for_the_memory_is_moved_in_pieces(bench: Bench) -> None:
    said = "x" * 30 * 1024 * 1024
    spans = [span(one, start_ns=OLD_NS, tool_result=said) for one in range(1, 6)]
    bench.store(*spans)

    cooled(bench)

    with parquet.ParquetFile(file_of(bench)) as file:
        assert file.num_row_groups == 3
        assert sorted(file.read(["trace_id"])["trace_id"].to_pylist()) == [
            one.trace_id for one in spans
        ]
    assert rows_of(bench) == []
    assert bench.means.cold.bring_back(bench.project, [trace_id(4)]) == {trace_id(4)}
