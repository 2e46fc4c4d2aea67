"""`clearspan export` and `clearspan import` as people run them: what goes out comes in again as it was."""

import csv
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from asking import ask
from commanding import run
from conforming import captured, is_json
from running import Server, settle, until
from sampling import SCENARIOS, WHOLE
from sending import PROTOBUF, post, request_of, span

JSON = {"content-type": "application/json"}
EVERYTHING = "from=2026-01-01&to=2099-01-01&limit=500"
# When it came, and what came beside its finished record, or before it.
OF_RECEIVING = ("received", "project", "filled")
CAPTURED = [
    (client, scenario, requests)
    for client, scenario, requests in captured()
    if WHOLE or scenario in SCENARIOS[1:3]
]


def fresh() -> str:
    return f"move-{uuid.uuid4().hex[:12]}"


def spans_of(server: Server, project: str) -> dict[tuple[str, str], Any]:
    """Every span of a project with everything in it, by its ids."""
    found: dict[tuple[str, str], Any] = {}
    for row in rows_of(server, "spans", project, "&fields=name"):
        ids = row["trace_id"], row["span_id"]
        detail = server.get(f"/api/v1/traces/{ids[0]}/spans/{ids[1]}?project={project}")
        found[ids] = {key: one for key, one in detail.items() if key not in OF_RECEIVING}
    return found


def rows_of(server: Server, of: str, project: str, asked: str = "") -> list[Any]:
    """All rows of a list, page after page."""
    rows: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        path = f"/api/v1/{of}?project={project}&{EVERYTHING}{asked}&cursor={cursor}"
        page = server.get(path)
        rows += page[of]
        cursor = page["next_cursor"]
    return rows


def traces_of(server: Server, project: str) -> list[Any]:
    rows = rows_of(server, "traces", project)
    return [
        {key: one for key, one in row.items() if key not in ("received", "state")} for row in rows
    ]


@pytest.fixture(scope="module")
def sent(server: Server) -> str:
    """A project with what many clients have sent, an open span, a text that is too long for its row, and a score."""
    project = fresh()
    for _, _, requests in CAPTURED:
        for signal_, bodies in requests.items():
            for body in bodies:
                headers = JSON if is_json(body) else PROTOBUF
                status, _ = post(server.url, f"/v1/{signal_}?project={project}", body, headers)
                assert status == 200
    going_on = span("goes on", {"shop.basket": 7})
    going_on.end_time_unix_nano = 0
    long = span("long", {"gen_ai.input.messages": "many words " * 150_000, "to": "jo@example.com"})
    spans = [going_on, long]
    assert post(server.url, f"/v1/traces?project={project}", request_of(spans))[0] == 200
    judged = {
        "id": fresh(),
        "name": "helpful",
        "value": True,
        "trace_id": long.trace_id.hex(),
        "span_id": long.span_id.hex(),
        "comment": "yes",
        "author": "jo",
    }
    assert ask(server, "POST", f"/api/v1/scores?project={project}", {}, judged).status == 200
    settle(server)
    return project


@pytest.fixture(scope="module")
def exported(server: Server, sent: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("exported") / "all.jsonl"
    ran = run(server, "export", "--format", "otlp", "-p", sent, "--out", str(file))
    assert ran.code == 0, ran.err
    assert ran.out == ""
    return file


def test_what_is_exported_and_imported_is_the_same_and_again_changes_nothing(
    server: Server, sent: str, exported: Path
) -> None:
    before, traces = spans_of(server, sent), traces_of(server, sent)
    other = fresh()

    first = run(server, "import", str(exported), "-p", other)
    settle(server)
    once = spans_of(server, other)
    again = run(server, "import", "-", "-p", other, stdin=exported.read_text(encoding="utf-8"))
    settle(server)

    assert (first.code, again.code) == (0, 0), first.err + again.err
    assert once.keys() == before.keys()
    for ids, found in once.items():
        assert found == before[ids]
    assert spans_of(server, other) == once
    assert traces_of(server, other) == traces
    assert run(server, "export", "-p", other).out == exported.read_text(encoding="utf-8")


def test_a_pipe_into_a_folder_that_is_not_there_makes_it(
    sent: str, exported: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "fresh"

    ran = run(folder, "import", "-", "-p", sent, stdin=exported.read_text(encoding="utf-8"))
    back = run(folder, "export", "-p", sent)

    assert (ran.code, back.code) == (0, 0), ran.err + back.err
    assert back.out == exported.read_text(encoding="utf-8")


def test_an_export_that_broke_off_goes_on_with_the_same_command(
    server: Server, tmp_path: Path
) -> None:
    project, file = fresh(), tmp_path / "all.otlp"
    made = [span(f"step {number}") for number in range(450)]
    assert post(server.url, f"/v1/traces?project={project}", request_of(made))[0] == 200
    settle(server)
    command = ("export", "-p", project, "--format", "otlp", "--out", str(file))
    whole = run(server, "export", "-p", project).out

    partial, note = file.with_name("all.otlp.partial"), file.with_name("all.otlp.partial.json")
    environment = {**os.environ, "CLEARSPAN_DATA": str(server.data)}
    process = subprocess.Popen(
        [sys.executable, "-m", "clearspan_server", *command], env=environment
    )
    until(lambda: note.exists() or process.poll() is not None)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if not note.exists():  # it was quicker than the signal: as if it had not been
        whole_bytes = file.read_bytes()
        pytest.fail(f"it was whole at once: {len(whole_bytes)}")
    with partial.open("ab") as growing:
        growing.write(b'{"resourceSpans": [half a line')
    ran = run(server, *command)

    assert ran.code == 0, ran.err
    assert "goes on after" in ran.err
    assert file.read_text(encoding="utf-8") == whole
    assert sorted(one.name for one in tmp_path.iterdir()) == ["all.otlp"]


def rows_of_csv(path: Path) -> list[Any]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def rows_of_lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


READERS: dict[str, Callable[[Path], list[Any]]] = {
    "csv": rows_of_csv,
    "json": lambda path: json.loads(path.read_text(encoding="utf-8")),
    "jsonl": rows_of_lines,
    "md": lambda path: path.read_text(encoding="utf-8").splitlines()[2:],
    "parquet": lambda path: pq.read_table(path).to_pylist(),
}


@pytest.mark.parametrize("ending", READERS)
def test_the_ending_of_a_file_says_how_its_rows_are_written(
    server: Server, sent: str, tmp_path: Path, ending: str
) -> None:
    rows = rows_of(server, "spans", sent, "&filter=kind:llm&sort=start")
    file = tmp_path / f"rows.{ending}"
    named = ["--format", "jsonl"] if ending == "jsonl" else []

    ran = run(server, "export", "kind:llm", "--of", "spans", "-p", sent, "--out", str(file), *named)

    assert ran.code == 0, ran.err
    found = READERS[ending](file)
    assert len(found) == len(rows) > 0
    if ending in ("json", "jsonl"):
        assert found == rows
    if ending in ("csv", "parquet"):
        assert [one["span_id"] for one in found] == [one["span_id"] for one in rows]
    if ending == "parquet":
        assert [one["total_cost"] and f"{one['total_cost']:f}".rstrip("0") for one in found] == [
            one["total_cost"] and one["total_cost"].rstrip("0") for one in rows
        ]
        assert [one["input_tokens"] for one in found] == [one["input_tokens"] for one in rows]


def test_what_is_there_of_another_export_is_kept(server: Server, sent: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    (tmp_path / "rows.csv.partial").write_bytes(b"abc")
    note = {"asked": {"of": "users"}, "size_bytes": 3}
    (tmp_path / "rows.csv.partial.json").write_text(json.dumps(note), encoding="utf-8")

    refused = run(server, "export", "-p", sent, "--out", str(file))
    anew = run(server, "export", "-p", sent, "--out", str(file), "--anew")

    assert refused.code == 2
    assert "--anew" in refused.err
    assert anew.code == 0
    assert file.exists()


def test_an_export_of_nothing_says_so(server: Server) -> None:
    ran = run(server, "export", "-p", fresh())

    assert (ran.code, ran.out) == (0, "")
    assert "nothing passes" in ran.err


def test_otlp_is_read_in_every_form_of_a_file(server: Server, tmp_path: Path) -> None:
    body = request_of([span("one"), span("two")], service__name="files")
    project = fresh()
    framed = tmp_path / "framed.bin"
    framed.write_bytes(len(body).to_bytes(4) + body)
    (tmp_path / "plain.pb").write_bytes(body)
    out = run(server, "import", str(framed), "-p", project)
    assert out.code == 0, out.err
    settle(server)
    lines = run(server, "export", "-p", project).out
    (tmp_path / "document.json").write_text(
        json.dumps(json.loads(lines.splitlines()[0]), indent=2), encoding="utf-8"
    )
    (tmp_path / "lines.jsonl.gz").write_bytes(gzip.compress(lines.encode()))

    ran = run(server, "import", str(tmp_path), "-p", project, "--json")
    settle(server)

    report = json.loads(ran.out)
    assert (ran.code, report["files"], report["taken"]) == (0, {"OTLP": 4}, {"spans": 7})
    assert run(server, "export", "-p", project).out == lines


def test_what_is_not_taken_is_told_with_its_place_and_reason(
    server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "some.jsonl"
    good, bad = (as_line(one) for one in (span("good"), span("bad")))
    bad["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"] = "0" * 32
    lines = [json.dumps(good), json.dumps(bad), "no json", '{"other": 1}']
    file.write_text("\n".join(lines), encoding="utf-8")
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"trace_id": "1", "name": "a row"}\n{"trace_id": "2"}\n', encoding="utf-8")

    ran = run(server, "import", str(file), str(rows), "-p", fresh(), "--json")

    report = json.loads(ran.out)
    assert ran.code == 1
    assert report["taken"] == {"spans": 1}
    assert report["not_taken"] == 4
    told = {(Path(one["file"]).name, one["at"]): one["reason"] for one in report["reasons"]}
    assert "trace id" in told["some.jsonl", "line 2"]
    assert "JSON" in told["some.jsonl", "line 3"]
    assert "'other'" in told["some.jsonl", "line 4"]
    assert "--format otlp" in told["rows.jsonl", ""]


def as_line(made: Any) -> Any:
    return {
        "resourceSpans": [
            {
                "scopeSpans": [
                    {
                        "spans": [
                            {
                                "traceId": made.trace_id.hex(),
                                "spanId": made.span_id.hex(),
                                "name": made.name,
                                "startTimeUnixNano": str(made.start_time_unix_nano),
                                "endTimeUnixNano": str(made.end_time_unix_nano),
                            }
                        ]
                    }
                ]
            }
        ]
    }


def test_a_file_that_is_not_there_is_named(server: Server, tmp_path: Path) -> None:
    ran = run(server, "import", str(tmp_path / "nothing.json"))

    assert ran.code == 3
    assert "nothing.json" in ran.err
