"""Backups: a copy under load holds what was acknowledged, and a server on the copy knows the same."""

import threading
import uuid
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from asking import Client
from clearspan_server.cli.commands import app
from clearspan_server.errors import StartRefused
from clearspan_server.store.backup_files import restore
from removing import send
from running import Server, is_at_rest, serving, until
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
        told["said"] = run("backup", str(base / "copy"), server)
        load.stop()
        told["before"] = set(before)
        until(lambda: is_at_rest(server))
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
        until(lambda: is_at_rest(server))
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
