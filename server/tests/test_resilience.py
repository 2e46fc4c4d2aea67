"""What must not stop the server: locked files, unreadable entries, foreign parents, secrets in odd places."""

import http.client
import json
import os
import shutil
import sqlite3
import stat
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from clearspan_server.errors import TooBusy
from clearspan_server.ingest.decode_traces import decode_protobuf
from clearspan_server.ingest.encode import Privacy, finish
from clearspan_server.ingest.normalise import normalise
from clearspan_server.ingest.redact import Redactor
from clearspan_server.model.span import Span
from clearspan_server.store.folder import Folder
from clearspan_server.store.journal import Journal
from running import Server, serving, settle, start, until
from sending import post, put, request_of, span

PARENT_IS_REMOTE = 0x300
NOBODY = "ann.example@example.com"
# Ids in hex and our own words, which no sender writes.
OURS = {
    "project",
    "trace_id",
    "span_id",
    "parent_id",
    "kind",
    "status",
    "error_class",
    "usage_source",
    "price_version",
    "dialect",
    "events",
    "attributes_overflow",
    "input_preview",
    "output_preview",
}


def listed(server: Server, trace_id: str, project: str = "default") -> bool:
    rows = server.get(f"/api/v1/traces?limit=500&project={project}")["traces"]
    return any(row["trace_id"] == trace_id for row in rows)


def test_a_locked_journal_delays_the_writer_and_does_not_end_it(server: Server) -> None:
    state = server.data / "journal" / "state.db"
    with closing(sqlite3.connect(state, isolation_level=None)) as backup:
        backup.execute("begin immediate")
        one = span("waits")
        status, _ = post(server.url, "/v1/traces?project=locked", request_of([one]))
        trouble = until(lambda: ready(server)["checks"]["writer"] != "ok")
        backup.execute("rollback")
    until(lambda: listed(server, one.trace_id.hex(), "locked"))

    assert status == 200
    assert trouble
    until(lambda: ready(server)["checks"]["writer"] == "ok")


def ready(server: Server) -> dict[str, dict[str, str]]:
    """What `/readyz` says, whatever its status."""
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    connection.request("GET", "/readyz")
    answer: dict[str, dict[str, str]] = json.loads(connection.getresponse().read())
    connection.close()
    return answer


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder of a server that was killed with three requests in its journal, and their traces."""
    data = tmp_path_factory.mktemp("killed") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "CLEARSPAN_BATCH_AGE_MS", "600000")
        server = start(data)
    spans = [span(name) for name in ("before", "broken", "after")]
    for one in spans:
        assert post(server.url, "/v1/traces", request_of([one]))[0] == 200
    server.kill()
    return data, [one.trace_id.hex() for one in spans]


def test_an_entry_that_cannot_be_read_is_quarantined_and_its_neighbours_are_stored(
    killed: tuple[Path, list[str]], tmp_path: Path
) -> None:
    data, (before, broken, after) = tmp_path / "data", killed[1]
    shutil.copytree(killed[0], data, symlinks=True)
    segment = min((data / "journal").glob("[0-9]*.db"))
    with closing(sqlite3.connect(segment)) as opened, opened:
        opened.execute("update entries set data = ? where seq = 2", (b"no Arrow",))

    with serving(data) as again:
        until(lambda: listed(again, after))
        assert listed(again, before)
        assert not listed(again, broken)
        [row] = again.get("/api/v1/quarantine")["rows"]
        totals = again.get("/api/v1/deliveries")["totals"]

    assert row["reason"].startswith("it cannot be read")
    assert (totals["received"], totals["stored"], totals["quarantined"]) == (3, 2, 1)


def test_a_segment_without_kinds_and_receipts_is_stored(
    killed: tuple[Path, list[str]], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(killed[0], data, symlinks=True)
    segment = min((data / "journal").glob("[0-9]*.db"))
    with closing(sqlite3.connect(segment)) as opened, opened:
        opened.execute("alter table entries drop column kind")
        opened.execute("alter table entries drop column receipt")
    with closing(sqlite3.connect(data / "journal" / "state.db")) as opened, opened:
        opened.execute("alter table batch drop column note")

    with serving(data) as again:
        until(lambda: all(listed(again, one) for one in killed[1]))


def test_a_service_behind_a_foreign_parent_has_its_own_root(server: Server) -> None:
    one = span("GET /answer", parent=b"12345678")
    one.flags = PARENT_IS_REMOTE

    post(server.url, "/v1/traces?project=remote", request_of([one]))
    settle(server)
    rows = server.get("/api/v1/traces?project=remote")["traces"]
    trace = server.get(f"/api/v1/traces/{one.trace_id.hex()}?project=remote")["trace"]

    assert [(row["status"], row["duration_ns"]) for row in rows] == [("ok", 1_000_000_000)]
    clock = {"state": rows[0]["state"]}  # it finishes when it has been quiet for some seconds
    assert trace | clock == rows[0]


def test_an_empty_token_file_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "token").touch()

    folder = Folder(tmp_path)

    assert len(folder.token) > 40
    assert folder.token == (tmp_path / "token").read_text(encoding="utf-8").strip()
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600
    folder.release()


@pytest.mark.parametrize(
    "name", [field.name for field in fields(Span) if field.type is str and field.name not in OURS]
)
def test_no_field_of_text_keeps_an_address(name: str) -> None:
    draft = decode_protobuf(request_of([span("s")]), "p").drafts[0]
    normalise(draft)
    setattr(draft.span, name, f"of {NOBODY}")

    stored = finish(draft, Privacy(Redactor(), b"key"))

    assert NOBODY not in getattr(stored, name)


def test_keys_and_what_is_around_the_span_keep_no_address_either() -> None:
    made = span("s", {f"key of {NOBODY}": 1, "card": 4111111111111111})
    body = request_of([made], **{f"resource {NOBODY}": NOBODY})
    draft = decode_protobuf(body, "p").drafts[0]
    draft.origin.scope_name = draft.span.scope_name = f"scope of {NOBODY}"
    normalise(draft)

    stored = finish(draft, Privacy(Redactor(), b"key"))
    everything = json.dumps([stored.attributes, stored.resource, stored.scope_name])

    assert NOBODY not in everything
    assert "4111111111111111" not in everything
    assert "card" not in stored.attributes_number


def test_an_address_that_json_escapes_is_found_all_the_same() -> None:
    made = span("s")
    put(made, "gen_ai.tool.call.arguments", '{"to":"ann\\u0040example.com \\\\u0040"}')
    draft = decode_protobuf(request_of([made]), "p").drafts[0]
    normalise(draft)

    stored = finish(draft, Privacy(Redactor(), b"key"))

    assert json.loads(stored.tool_arguments) == {"to": "[redacted:email] \\u0040"}


def test_refusals_alone_fill_the_journal_as_spans_do(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", max_bytes=20_000)

    for _ in range(100):
        journal.append([], "r" * 100).result()
    with pytest.raises(TooBusy, match="bytes wait in the journal"):
        journal.append([], "r" * 10_000)

    assert journal.backlog()[1] > 100 * 100
    journal.close()
