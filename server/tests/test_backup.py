"""Backups: a copy under load holds what was acknowledged, and a server on the copy knows the same."""

import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from asking import Client
from clearspan_server.cli.commands import app
from clearspan_server.errors import StartRefused
from clearspan_server.store.backup_files import restore, seal
from clearspan_server.store.backups import Backups
from clearspan_server.store.engine import Engine
from clearspan_server.store.migrations import migrate
from removing import send
from running import Server, serving, settle, start, until
from sending import request_of, span


class Load:
    """A sender that goes on until it is told to stop; what was acknowledged, in order."""

    def __init__(self, ask: Client) -> None:
        self._ask = ask
        self._stop = threading.Event()
        self.acknowledged: list[str] = []
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    def _send(self) -> None:
        while not self._stop.is_set():
            spans = [span("load", {"input.value": f"text {uuid.uuid4()}"}) for _ in range(20)]
            send(self._ask, "/v1/traces", request_of(spans))
            self.acknowledged += [one.trace_id.hex() for one in spans]
            self._stop.wait(0.2)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


def rows(ask: Client, noun: str) -> dict[str, Any]:
    """All rows of a list, by their ids, without what a server decides by its clock."""
    found: dict[str, Any] = {}
    cursor = ""
    while True:
        status, page = ask("GET", f"/{noun}?from=1000000000000&limit=200{cursor}")
        assert status == 200, page
        for row in page[noun]:
            key = f"{row['trace_id']} {row.get('span_id', '')}"
            found[key] = {name: value for name, value in row.items() if name != "state"}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A server that was backed up under load, and what a server on the copy answers."""
    base = tmp_path_factory.mktemp("backup")
    told: dict[str, Any] = {"path": base / "copy"}
    with serving(base / "data") as server:
        ask = Client(server, "p")
        load = Load(ask)
        until(lambda: len(load.acknowledged) > 100)
        before = list(load.acknowledged)
        (base / "data" / "blobs" / "of-p" / "ab").mkdir(parents=True)
        (base / "data" / "blobs" / "of-p" / "ab" / "ab12").write_bytes(b"media")
        (base / "data" / "blobs" / "of-p" / "ab" / "ab12.1f2e3d4c").write_bytes(b"me")
        told["said"] = run("backup", str(base / "copy"), server)
        load.stop()
        told["before"] = set(before)
        settle(server)
        told["original"] = {noun: rows(ask, noun) for noun in ("traces", "spans")}
        told["again"] = run("backup", str(base / "copy"), server)
        told["jobs"] = ask("GET", "/backups")[1]["backups"]
    told["restored to"] = base / "restored"
    restored = CliRunner().invoke(
        app, ["restore", str(base / "copy"), "--data", str(base / "restored")]
    )
    assert restored.exit_code == 0, restored.output
    with serving(base / "restored") as server:
        ask = Client(server, "p")
        settle(server)
        told["copy"] = {noun: rows(ask, noun) for noun in ("traces", "spans")}
    return told


def run(command: str, path: str, server: Server) -> Any:
    return CliRunner().invoke(app, [command, path, "--data", str(server.data)])


def test_what_was_acknowledged_before_a_backup_is_in_it_and_equal(copied: dict[str, Any]) -> None:
    original, copy = copied["original"], copied["copy"]

    assert copied["said"].exit_code == 0, copied["said"].output
    for noun in ("traces", "spans"):
        assert {key.split()[0] for key in copy[noun]} >= copied["before"]
        assert copy[noun] == {key: original[noun][key] for key in copy[noun]}


def test_files_beside_traces_are_copied_while_everything_goes_on(copied: dict[str, Any]) -> None:
    [job] = copied["jobs"]

    [file] = (copied["restored to"] / "blobs" / "of-p" / "ab").iterdir()  # without half of another
    assert (file.name, file.read_bytes()) == ("ab12", b"media")
    assert job["bytes"] > len(b"media")


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere/at/all",
        "relative",
        "/tmp/a/../b",
        "/",
        "/tmp/nul\0l",
        "/tmp/" + "x" * 300,
        "/proc/x",
    ],
)
def test_a_path_that_cannot_be_taken_is_told_at_once(server: Server, path: str) -> None:
    status, said = Client(server, "p")("POST", "/backups", {"path": path})

    assert (status, said["error"]["code"]) == (400, "bad_input")


def test_a_backup_takes_no_place_that_is_taken(copied: dict[str, Any]) -> None:
    assert copied["again"].exit_code != 0
    assert [job["state"] for job in copied["jobs"]] == ["done"]


def test_a_damaged_backup_is_not_restored(copied: dict[str, Any], tmp_path: Path) -> None:
    damaged = copied["path"] / "token"
    whole = damaged.read_bytes()
    damaged.write_bytes(b"x" + whole[1:])

    with pytest.raises(StartRefused, match="token"):
        restore(copied["path"], tmp_path / "new", lambda _: None)
    damaged.write_bytes(whole)
    with pytest.raises(StartRefused, match="not empty"):
        restore(copied["path"], copied["restored to"], lambda _: None)
    with pytest.raises(StartRefused, match="no backup"):
        restore(tmp_path, tmp_path / "new", lambda _: None)

    assert list(tmp_path.iterdir()) == []


MANIFESTS: list[tuple[str, object, str]] = [
    ("a file above it", {"form": 1, "files": {"../evil": [1, "0"]}}, "evil"),
    ("a file of the system", {"form": 1, "files": {"/etc/hostname": [1, "0"]}}, "/etc/hostname"),
    ("a newer form", {"form": 2, "files": {}}, "newer"),
    ("a list", [], "no backup"),
    ("files that are none", {"form": 1, "files": ["a"]}, "no backup"),
    ("no form", {"files": {}}, "no backup"),
]


@pytest.mark.parametrize(
    ("held", "names"), [row[1:] for row in MANIFESTS], ids=[row[0] for row in MANIFESTS]
)
def test_a_manifest_of_somebody_else_is_refused(tmp_path: Path, held: object, names: str) -> None:
    (tmp_path / "evil").write_text("x", encoding="utf-8")
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "backup.json").write_text(json.dumps(held), encoding="utf-8")

    with pytest.raises(StartRefused, match=names):
        restore(tmp_path / "copy", tmp_path / "new", lambda _: None)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "evil"]


def test_a_link_that_leads_out_of_a_backup_is_not_followed(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (copy / "engine").mkdir(parents=True)
    (copy / "engine" / "out").symlink_to(tmp_path)
    (copy / "token").write_text("t", encoding="utf-8")
    seal(copy, 0)

    restore(copy, tmp_path / "new", lambda _: None)

    assert [path.name for path in (tmp_path / "new").rglob("*")] == ["token"]


def test_what_stands_where_a_restore_begins_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    seal(tmp_path / "copy", 0)
    (tmp_path / "new.partial").mkdir()
    (tmp_path / "new.partial" / "work").write_text("precious", encoding="utf-8")

    with pytest.raises(StartRefused, match=r"new\.partial"):
        restore(tmp_path / "copy", tmp_path / "new", lambda _: None)

    assert (tmp_path / "new.partial" / "work").read_text(encoding="utf-8") == "precious"


def test_a_folder_of_a_newer_version_is_not_started(tmp_path: Path) -> None:
    with serving(tmp_path / "data"):
        pass
    with sqlite3.connect(tmp_path / "data" / "catalog.db") as catalog:
        catalog.execute("update alembic_version set version_num = '9999'")

    with pytest.raises(AssertionError, match=r"newer clearspan \(revision 9999\)"):
        start(tmp_path / "data")


def test_an_engine_of_a_newer_version_is_not_touched(engine: Engine) -> None:
    engine.insert_rows("schema_migrations", ["number", "name"], [[9_999, "of the future"]])

    with pytest.raises(StartRefused, match="9999"):
        migrate(engine)

    engine.command(
        "alter table schema_migrations delete where number = 9999 settings mutations_sync = 2"
    )


class CutOff:
    """A backup as the end of its process leaves it: begun and noted, and nothing after that."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.path, self.partial = folder / "copy", folder / "copy.partial"
        self._folder, self._engine = folder / "data", engine
        self._folder.mkdir()
        self._held = threading.Lock()
        self._first = Backups(self._folder, engine, nullcontext, self._held)

    @contextmanager
    def left(self) -> Iterator[int]:
        """For the length of a block; the moment of the backup."""
        with self._held:
            made = self._first.begin(self.path, "a test")
            (self.partial / "half.db").write_text("Zaphod", encoding="utf-8")
            yield made.created_ns
        until(lambda: self._first.newest()[0].state != "running")

    def next_start(self) -> Backups:
        return Backups(self._folder, self._engine, nullcontext, threading.Lock())


def test_a_backup_that_was_cut_off_is_told_and_leaves_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    cut_off = CutOff(engine, tmp_path)

    with cut_off.left():
        found = cut_off.next_start()
        [told] = found.newest()
        is_left = cut_off.partial.exists()
        again = cut_off.next_start().newest()

    assert (told.state, told.error, told.path) == (
        "failed",
        "the server ended meanwhile",
        str(cut_off.path),
    )
    assert (is_left, found.standing(), again) == (False, [], [told])


def test_half_a_backup_that_cannot_be_removed_is_among_those_that_stand(
    engine: Engine, tmp_path: Path
) -> None:
    cut_off = CutOff(engine, tmp_path)

    with cut_off.left():
        away = cut_off.partial.rename(tmp_path / "not mounted")
        found = cut_off.next_start()
        away.rename(cut_off.partial)

        assert found.standing() == [str(cut_off.partial)]


def test_a_backup_that_was_whole_when_the_server_ended_is_one(
    engine: Engine, tmp_path: Path
) -> None:
    cut_off = CutOff(engine, tmp_path)

    with cut_off.left() as created_ns:
        seal(cut_off.partial, created_ns)
        cut_off.partial.rename(cut_off.path)
        found = cut_off.next_start()

    assert [(one.state, one.files, one.size_bytes) for one in found.newest()] == [("done", 1, 6)]
    assert found.standing() == [str(cut_off.path)]
