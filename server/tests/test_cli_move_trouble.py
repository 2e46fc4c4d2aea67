"""`clearspan import` and `export` where something goes wrong: too large, damaged, full, locked, or gone half way."""

import fcntl
import gzip
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commanding import Ran, run
from running import Server, settle, start, until
from sending import post, request_of, span

LIMIT_BYTES = 300_000


def fresh() -> str:
    return f"trouble-{uuid.uuid4().hex[:12]}"


def otlp(*sizes_bytes: int) -> str:
    """A line of a trace, with spans that say so much."""
    trace_id = uuid.uuid4().hex
    spans = [
        {
            "traceId": trace_id,
            "spanId": uuid.uuid4().hex[:16],
            "name": f"step {number}",
            "startTimeUnixNano": str(1_795_000_000_000_000_000 + number),
            "endTimeUnixNano": str(1_795_000_001_000_000_000),
            "attributes": [{"key": "said", "value": {"stringValue": "x" * size_bytes}}],
        }
        for number, size_bytes in enumerate(sizes_bytes)
    ]
    scope = {"scope": {"name": "kept"}, "spans": spans}
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "files"}}]}
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}) + "\n"


def traces_of(server: Server, project: str) -> list[Any]:
    settle(server)
    path = f"/api/v1/traces?project={project}&from=2026-01-01&to=2099-01-01"
    found: list[Any] = server.get(path)["traces"]
    return found


@pytest.fixture(scope="module")
def narrow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that takes little in one request; a test may end it, when it is the last."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLEARSPAN_MAX_BODY_BYTES", str(LIMIT_BYTES))
        server = start(tmp_path_factory.mktemp("narrow") / "data")
    yield server
    server.kill()


def test_what_is_too_large_for_a_request_is_sent_in_parts(
    narrow_server: Server, tmp_path: Path
) -> None:
    project, file = fresh(), tmp_path / "large.jsonl"
    file.write_text(otlp(*[100_000] * 7), encoding="utf-8")

    ran = run(narrow_server, "import", str(file), "-p", project, "--json")

    report = json.loads(ran.out)
    assert (ran.code, report["taken"], report["not_taken"]) == (0, {"spans": 7}, 0)
    [trace] = traces_of(narrow_server, project)
    assert (trace["span_count"], trace["services"]) == (7, ["files"])


def test_one_span_that_is_too_large_is_told_and_the_others_are_taken(
    narrow_server: Server, tmp_path: Path
) -> None:
    project, file = fresh(), tmp_path / "large.jsonl"
    file.write_text(otlp(10, 400_000, 30) + otlp(20_000_000, 7), encoding="utf-8")

    ran = run(narrow_server, "import", str(file), "-p", project, "--json")

    report = json.loads(ran.out)
    assert (ran.code, report["taken"], report["not_taken"]) == (1, {"spans": 3}, 2)
    told = {one["at"].partition(" ")[2].split(" ")[0]: one["reason"] for one in report["reasons"]}
    assert [*told] == ["1", "2"]
    assert str(LIMIT_BYTES) in told["1"]
    assert "20.0 MB" in told["2"] or str(LIMIT_BYTES) in told["2"]
    assert "no server" not in ran.err
    assert sorted(one["span_count"] for one in traces_of(narrow_server, project)) == [1, 2]


def test_a_trace_of_long_texts_is_exported_span_by_span_and_comes_back_whole(
    server: Server, tmp_path: Path
) -> None:
    project, other, out = fresh(), fresh(), tmp_path / "long.jsonl"
    trace_id = os.urandom(16)
    texts = [f"line {number} of a long text\n" * 200_000 for number in range(3)]
    for text in texts:
        made = span("long", {"gen_ai.operation.name": "chat", "input.value": text})
        made.trace_id = trace_id
        assert post(server.url, f"/v1/traces?project={project}", request_of([made]))[0] == 200
    settle(server)

    ran = run(server, "export", "-p", project, "--format", "otlp", "--out", str(out))
    back = run(server, "import", str(out), "-p", other)
    settle(server)
    again = run(server, "export", "-p", other)

    lines = out.read_text(encoding="utf-8").splitlines()
    assert (ran.code, back.code) == (0, 0), ran.err + back.err
    assert [len(line) // 1_000_000 for line in lines] == [len(one) // 1_000_000 for one in texts]
    assert again.out.splitlines() == lines


def test_a_file_that_is_damaged_in_its_middle_is_read_up_to_there_and_the_others_too(
    server: Server, tmp_path: Path
) -> None:
    project = fresh()
    lines = "".join(otlp(10) for _ in range(2_000))
    packed = gzip.compress(lines.encode())
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "b.jsonl").write_text(otlp(10), encoding="utf-8")

    ran = run(server, "import", str(tmp_path), "-p", project, "--json")

    report = json.loads(ran.out)
    [damage] = report["reasons"]
    assert ran.code == 1
    assert 1 < report["taken"]["spans"] < 2_000
    assert damage["file"].endswith("a.jsonl.gz")
    assert "to its end" in damage["reason"]
    assert ran.err.startswith("taken: ")


def test_what_is_refused_late_is_told_after_what_was_taken(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    file.write_text(otlp(10), encoding="utf-8")
    environment = {"CLEARSPAN_KEY": "cs-nobody"}

    ran = run(server, "import", str(file), "--url", server.url, env=environment)

    assert ran.code == 4
    taken, error = ran.err.splitlines()
    assert taken.startswith("taken: nothing")
    assert error.startswith("clearspan: ")


def test_two_exports_do_not_write_one_file(server: Server, tmp_path: Path) -> None:
    out = tmp_path / "all.jsonl"
    partial = tmp_path / "all.jsonl.partial"
    partial.write_bytes(b"of the first")

    with partial.open("rb") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        ran = run(server, "export", "-p", fresh(), "--out", str(out))

    assert ran.code == 2
    assert f"another export is writing {partial}" in ran.err
    assert partial.read_bytes() == b"of the first"


def test_an_export_follows_no_link_and_is_for_its_owner_alone(
    server: Server, tmp_path: Path
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("keep", encoding="utf-8")
    for name in ("a.csv.partial", "b.csv.partial.json", "c.parquet.partial.parquet"):
        (tmp_path / name).symlink_to(precious)
    project = fresh()

    refused = run(server, "export", "-p", project, "--out", str(tmp_path / "a.csv"))
    others = [run(server, "export", "-p", project, "--out", str(tmp_path / "b.csv"), "--anew")]
    others.append(run(server, "export", "-p", project, "--out", str(tmp_path / "c.parquet")))

    assert refused.code == 2
    assert "a.csv.partial cannot be written: it is a link" in refused.err
    assert [one.code for one in others] == [0, 0]
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("b.csv", "c.parquet")} == {0o600}
    assert precious.read_text(encoding="utf-8") == "keep"


@pytest.fixture(scope="module")
def many(server: Server) -> str:
    """A project of 450 traces: three requests of an export."""
    project = fresh()
    made = [span(f"step {number}") for number in range(450)]
    assert post(server.url, f"/v1/traces?project={project}", request_of(made))[0] == 200
    settle(server)
    return project


# Runs a command that may write files of so many bytes.
_NARROW = (
    "import os, resource, sys;"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2);"
    "os.execv(sys.argv[2], sys.argv[2:])"
)


def without_room(server: Server, most_bytes: int, *asked: str) -> Ran:
    command = [sys.executable, "-c", _NARROW, str(most_bytes)]
    command += [sys.executable, "-m", "clearspan_server", *asked]
    environment = {**os.environ, "CLEARSPAN_DATA": str(server.data)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    return Ran(done.returncode, done.stdout, done.stderr)


def test_a_disk_that_is_full_is_told_in_one_line_and_the_export_goes_on(
    server: Server, many: str, tmp_path: Path
) -> None:
    out = tmp_path / "all.jsonl"
    asked = ["export", "--format", "otlp", "-p", many, "--out", str(out)]
    whole = run(server, "export", "-p", many).out

    full = without_room(server, len(whole) * 2 // 3, *asked)
    note = json.loads((tmp_path / "all.jsonl.partial.json").read_text(encoding="utf-8"))
    on = run(server, *asked)

    assert (full.code, full.err.splitlines()) == (
        2,
        [f"clearspan: {out}.partial cannot be written: File too large"],
    )
    assert (note["rows"], note["total"]) == (200, 450)
    assert on.code == 0, on.err
    assert "goes on after 200 traces" in on.err
    assert "450 traces in" in on.err
    assert out.read_text(encoding="utf-8") == whole


def test_what_arrives_while_an_export_is_written_is_not_in_it_and_moves_nothing(
    server: Server,
) -> None:
    project = fresh()
    made = [span(f"step {number}", {"said": "x" * 1_000}) for number in range(450)]
    assert post(server.url, f"/v1/traces?project={project}", request_of(made))[0] == 200
    settle(server)
    environment = {**os.environ, "CLEARSPAN_DATA": str(server.data)}
    command = [sys.executable, "-m", "clearspan_server", "export", "-p", project]

    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout
    begun = process.stdout.readline()  # the others wait until they are read
    later = [span("later", {"gen_ai.usage.cost": 7.0}) for _ in range(300)]
    later += [span("of an old one", {"said": "y"}, trace_id=one.trace_id) for one in made[::2]]
    for one in later:
        one.start_time_unix_nano = one.end_time_unix_nano
    root = span("the root, which ends last", trace_id=made[-1].trace_id)
    root.start_time_unix_nano = made[0].start_time_unix_nano - 3_600_000_000_000
    later.append(root)
    assert post(server.url, f"/v1/traces?project={project}", request_of(later))[0] == 200
    settle(server)
    rest, said = process.stdout.read(), process.communicate()[1]

    ids = [
        json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"]
        for line in (begun + rest).splitlines()
    ]
    assert process.returncode == 0, said
    assert sorted(ids) == sorted(one.trace_id.hex() for one in made)
    assert said.startswith("450 traces in")


def test_who_has_read_enough_of_an_export_is_no_error(server: Server, many: str) -> None:
    environment = {**os.environ, "CLEARSPAN_DATA": str(server.data)}
    command = [sys.executable, "-m", "clearspan_server", "export", "-p", many]

    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout
    process.stdout.readline()
    process.stdout.close()
    said = process.communicate()[1]

    assert said == ""
    assert process.returncode in {0, 1}  # as other commands whose reader leaves


def test_an_export_of_another_server_project_or_filter_is_not_gone_on_with(
    server: Server, many: str, tmp_path: Path
) -> None:
    out = tmp_path / "all.jsonl"
    asked = ["export", "kind:other", "--since", "30d", "--format", "otlp", "--out", str(out)]
    without_room(server, 150_000, *asked, "-p", many)
    environment = {"CLEARSPAN_KEY": server.token}

    elsewhere = run(server, *asked, "-p", many, "--url", server.url, env=environment)
    other = run(server, *asked, "-p", fresh())
    filtered = run(server, "export", "kind:llm", *asked[2:], "-p", many)
    same = run(server, *asked, "-p", many)

    assert [one.code for one in (elsewhere, other, filtered, same)] == [2, 2, 2, 0], same.err
    assert f"of the folder {server.data}' instead of '{server.url}'" in elsewhere.err
    assert f"project '{many}' instead of" in other.err
    assert "filter 'kind:other' instead of 'kind:llm'" in filtered.err
    assert "goes on after" in same.err


def test_a_full_disk_is_told_in_one_line(server: Server) -> None:
    project = fresh()
    assert post(server.url, f"/v1/traces?project={project}", request_of([span("one")]))[0] == 200
    settle(server)
    environment = {**os.environ, "CLEARSPAN_DATA": str(server.data)}
    command = [sys.executable, "-m", "clearspan_server", "export", "-p", project]

    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment, check=False
        )

    assert ran.returncode == 2
    assert ran.stderr.splitlines() == [
        "clearspan: standard output cannot be written: No space left on device"
    ]


def test_a_server_that_goes_away_half_way_leaves_the_report(narrow_server: Server) -> None:
    project = fresh()
    environment = {**os.environ, "CLEARSPAN_DATA": str(narrow_server.data)}
    command = [sys.executable, "-m", "clearspan_server", "import", "-", "-p", project]
    first, rest = otlp(*[100_000] * 45), otlp(*[100_000] * 45)

    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdin
    process.stdin.write(first + first)
    process.stdin.flush()
    until(lambda: traces_of(narrow_server, project))
    narrow_server.kill()
    _, said = process.communicate(rest)

    assert process.returncode == 5
    taken, error = said.splitlines()
    assert taken.startswith("taken: ")
    assert "spans" in taken
    assert error.startswith("clearspan: no server answers")
