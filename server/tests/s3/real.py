"""Cold storage in an S3-compatible store: a server of its own that the test starts, over a socket.

Run by `make test-bucket`; the store is in an environment of its own.
"""

import os
import re
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyarrow import fs, parquet

from asking import Client
from clearspan_server.errors import ColdAway
from clearspan_server.model.cold import Month
from clearspan_server.store.cold import Cold
from clearspan_server.store.cold_place import Place, place_of
from clearspan_server.store.engine import Engine
from reading import span, trace_id
from removal_bench import Bench
from removing import done, send
from running import serving, start, until
from sending import request_of
from test_cold import EVER, MONTH, OLD, OLD_NS, OTHER, PERSON, cooled, old, read, rows_of
from tree import ROOT

SERVER = ROOT / ".clients" / "s3" / "bin" / "moto_server"
KEY_ID, SECRET, BUCKET = "AKIAIOSFODNN7EXAMPLE", "not-a-secret-of-anybody-4711", "archive"
KILLS, SPANS, LATER_S = 8, 500, 0.15
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
NAME = f"{OLD:%Y-%m}.parquet"


@dataclass(slots=True, frozen=True)
class Store:
    """A running store with an empty bucket."""

    process: "subprocess.Popen[bytes]"
    url: str
    files: fs.S3FileSystem

    def place(self, prefix: str) -> Place:
        made = place_of(f"s3://{BUCKET}/{prefix}", self.url)
        assert made is not None
        return made

    def names(self, prefix: str) -> set[str]:
        """Every object below a prefix."""
        below = fs.FileSelector(f"{BUCKET}/{prefix}", recursive=True, allow_not_found=True)
        found = self.files.get_file_info(below)
        return {one.base_name for one in found if one.is_file}

    def rows(self, prefix: str, project: str) -> list[dict[str, Any]]:
        """What the month of a project holds."""
        path = f"{BUCKET}/{prefix}/of-{project}/{NAME}"
        if not self.files.get_file_info(path).is_file:
            return []
        found: list[dict[str, Any]] = parquet.read_table(path, filesystem=self.files).to_pylist()
        return found


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    # Also of the servers that are started here. Nobody may ask the machine's own metadata for who it is.
    os.environ |= {
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    log = tmp_path_factory.mktemp("store") / "log"
    command = [str(SERVER), "-H", "127.0.0.1", "-p", "0"]
    with log.open("w") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            url = until(lambda: "".join(_ADDRESS.findall(log.read_text())[:1]), 60)
            files = fs.S3FileSystem(
                scheme="http",
                endpoint_override=url.removeprefix("http://"),
                allow_bucket_creation=True,
            )
            files.create_dir(BUCKET)
            yield Store(process, url, files)
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture
def prefix() -> str:
    return f"cold/{uuid.uuid4().hex}"


@pytest.fixture
def bench(engine: Engine, tmp_path: Path, store: Store, prefix: str) -> Iterator[Bench]:
    made = Bench(engine, tmp_path, store.place(prefix))
    yield made
    made.close()


def test_a_month_leaves_the_engine_for_a_bucket_and_comes_back_as_it_was(
    bench: Bench, store: Store, prefix: str
) -> None:
    bench.store(
        span(1, 1, start_ns=OLD_NS, input="a question", attributes={"a": "1"}, user_id=PERSON),
        span(1, 2, parent=1, start_ns=OLD_NS + 10**9, tags=["x"], input_tokens=7),
        span(2, start_ns=OLD_NS, output="an answer"),
    )
    before = rows_of(bench)

    cooled(bench)

    assert rows_of(bench) == []
    assert store.names(prefix) == {"clearspan-cold", NAME}
    [month] = bench.means.cold.months(bench.project)
    assert (month.spans, month.size_bytes > 0) == (3, True)
    bench.means.cold.bring_back(bench.project, [trace_id(1), trace_id(2)])
    assert rows_of(bench) == before


def test_an_erasure_reaches_a_bucket(bench: Bench, store: Store, prefix: str) -> None:
    bench.store(span(1, start_ns=OLD_NS, user_id=PERSON), span(2, start_ns=OLD_NS, user_id=OTHER))
    cooled(bench)

    with bench.working():
        first = bench.done(bench.erasure(PERSON))
        users = {row["user_id"] for row in store.rows(prefix, bench.project)}
        bench.done(bench.erasure(OTHER))

    assert first.findings.counts["cold_spans"] == 1
    assert users == {OTHER}
    assert store.names(prefix) == {"clearspan-cold"}
    assert bench.means.cold.months(bench.project) == []


def test_what_an_interrupted_move_left_in_a_bucket_is_put_right(
    bench: Bench, store: Store, prefix: str
) -> None:
    """The file is there, the index does not say so, and half of one is."""
    bench.store(*(span(number, start_ns=OLD_NS) for number in (1, 2, 3)))
    month = Month(bench.project, MONTH)
    bench.means.cold.copy(month)
    index = bench.means.cold._file  # noqa: SLF001 - as a kill leaves it
    with index:
        index.execute("insert into begun select project, month from months")
        index.execute("delete from months")
    bench.means.cold._known = []  # noqa: SLF001 - as above
    with store.files.open_output_stream(f"{BUCKET}/{prefix}/of-{bench.project}/{NAME}.new") as half:
        half.write(b"half a file")

    cooled(bench)

    assert rows_of(bench) == []
    assert len(store.rows(prefix, bench.project)) == 3
    assert store.names(prefix) == {"clearspan-cold", NAME}


def test_neither_another_data_folder_nor_a_restored_one_writes_to_a_bucket(
    bench: Bench, store: Store, prefix: str, tmp_path: Path
) -> None:
    bench.store(span(1, start_ns=OLD_NS))
    cooled(bench)

    for index in (bench.restored(tmp_path), tmp_path / "another.db"):
        with closing(Cold(index, store.place(prefix), bench.engine)) as cold:
            with pytest.raises(ColdAway, match="another data folder"):
                cold.check()
            with pytest.raises(ColdAway, match="another data folder"):
                cold.copy(Month(bench.project, MONTH))

    assert len(store.rows(prefix, bench.project)) == 1


def test_a_store_that_stands_still_for_a_while_loses_nothing(
    bench: Bench, store: Store, prefix: str
) -> None:
    bench.store(span(1, start_ns=OLD_NS))
    cooled(bench)
    path = f"{BUCKET}/{prefix}/of-{bench.project}/{NAME}"
    with store.files.open_input_file(path) as file:
        held = file.read()

    store.files.delete_file(path)
    with pytest.raises(ColdAway, match="put it back"):
        bench.means.cold.bring_back(bench.project, [trace_id(1)])
    with store.files.open_output_stream(path) as file:
        file.write(held[:100])
    with pytest.raises(ColdAway, match="cannot be used") as damaged:
        bench.means.cold.bring_back(bench.project, [trace_id(1)])
    with store.files.open_output_stream(path) as file:
        file.write(held)

    assert bench.means.cold.bring_back(bench.project, [trace_id(1)]) == {trace_id(1)}
    assert SECRET not in damaged.value.message


def test_a_server_keeps_months_in_a_bucket_and_its_keys_to_itself(
    store: Store, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_bucket(monkeypatch, store, prefix)
    hers = old(PERSON)
    with serving(tmp_path / "data") as server:
        ask = Client(server, "p")
        send(ask, "/v1/traces", request_of([hers]))
        until(lambda: len(ask("GET", f"/traces?{EVER}")[1]["traces"]) == 1)
        before = read(ask, hers.trace_id.hex())
        moved(ask)
        cold, listed = ask("GET", "/retention/cold")[1], ask("GET", f"/spans?{EVER}")[1]["spans"]
        after = read(ask, hers.trace_id.hex())
        said = (ask("GET", "/storage"), ask("GET", "/retention"), cold)

    assert (cold["folder"], len(cold["months"])) == (f"s3://{BUCKET}/{prefix}", 1)
    assert listed == []
    assert after == before
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in (SECRET, KEY_ID):
        assert secret.encode() not in held
        assert secret not in str(said)


def test_a_server_that_is_killed_while_it_moves_a_month_loses_and_doubles_nothing(
    store: Store, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time more has come for a month that is in the bucket: it is read, and written anew."""
    in_bucket(monkeypatch, store, prefix)
    sent: set[str] = set()
    for number in range(KILLS):
        spans = [old(OTHER) for _ in range(SPANS)]
        with killing(tmp_path / "data") as ask:
            assert in_engine(ask) | in_store(store, prefix) == sent
            sent |= {one.span_id.hex() for one in spans}
            send(ask, "/v1/traces", request_of(spans))
            await_all(ask, store, prefix, sent)
            ask("PUT", "/retention", {"days": None, "cold_days": 20})
            ask("POST", "/retention/turns", {})
            time.sleep(number * LATER_S)  # somewhere in the middle of it
    with serving(tmp_path / "data") as server:
        moved(Client(server, "p"))
        left = in_engine(Client(server, "p"))

    rows = store.rows(prefix, "p")
    assert left == set()
    assert len(rows) == len(sent)
    assert {row["span_id"] for row in rows} == sent
    assert store.names(prefix) == {"clearspan-cold", NAME}


def in_bucket(monkeypatch: pytest.MonkeyPatch, store: Store, prefix: str) -> None:
    monkeypatch.setenv("CLEARSPAN_COLD", f"s3://{BUCKET}/{prefix}")
    monkeypatch.setenv("CLEARSPAN_COLD_ENDPOINT", store.url)


def await_all(ask: Client, store: Store, prefix: str, sent: set[str]) -> None:
    until(lambda: in_engine(ask) | in_store(store, prefix) == sent, 60)


@contextmanager
def killing(data: Path) -> Iterator[Client]:
    """A server that is killed at the end of the block."""
    server = start(data)
    try:
        yield Client(server, "p")
    finally:
        server.kill()


def moved(ask: Client) -> None:
    """A turn of retention that moves the month, also after others that were killed."""
    assert ask("PUT", "/retention", {"days": None, "cold_days": 20})[0] == 200
    done(ask, "retention/turns", ask("POST", "/retention/turns", {})[1])


def in_engine(ask: Client) -> set[str]:
    status, said = ask("POST", "/sql", {"sql": "select span_id from spans"})
    assert status == 200, said
    return {str(row[0]) for row in said["rows"]}


def in_store(store: Store, prefix: str) -> set[str]:
    return {row["span_id"] for row in store.rows(prefix, "p")}
