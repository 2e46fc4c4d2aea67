"""`clearspan traces`, `spans`, `sessions`, `users`, `failures` and `trace`, for people and for programs."""

import os
import re
import tarfile
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from commanding import run, run_json
from running import Server, settle
from sending import PROTOBUF, model_call, post, request_of, span
from terminal import terminal

PROJECT = "cli-lists"
GOOD, BAD, ODD = (bytes([number]) * 16 for number in (0xA1, 0xB2, 0xC3))

# What moves a cursor, turns a line, or breaks it; and what is wide, or long.
HOSTILE = "\x1b[31mred\x1b]0;title\x07 \u202egnp.exe\nsecond line\r\x9b2J 会議の要約 " + "x" * 5_000
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module", autouse=True)
def sent(server: Server) -> None:
    """A trace that went well, one that did not, and one with hostile text, of two users."""
    good = span(
        "answer", {"user.id": "ann", "session.id": "s-1", "input.value": "hello"}, trace_id=GOOD
    )
    call = model_call(good)
    call.start_time_unix_nano += 500_000_000
    bad = span("refund", {"user.id": "bob", "session.id": "s-2"}, trace_id=BAD)
    failed(bad, "the ledger is closed")
    lookup = span("ledger", {"gen_ai.tool.name": "ledger"}, trace_id=BAD, parent=bad.span_id)
    failed(lookup, "the ledger is closed")
    odd = span(HOSTILE, {"user.id": HOSTILE[:80], "input.value": HOSTILE}, trace_id=ODD)
    failed(odd, HOSTILE)
    body = request_of([good, call, bad, lookup, odd], service__name="bakery")
    assert (
        post(server.url, "/v1/traces", body, PROTOBUF | {"x-clearspan-project": PROJECT})[0] == 200
    )
    settle(server)


def failed(one: Span, message: str) -> None:
    one.status.code = Status.STATUS_CODE_ERROR
    one.status.message = message


@pytest.mark.parametrize(
    ("noun", "found"),
    [
        ("traces", {GOOD.hex(), BAD.hex(), ODD.hex()}),
        ("spans", {"3.1k→412 tok", "chat gpt-4o", "ledger"}),
        ("sessions", {"s-1", "s-2"}),
        ("users", {"ann", "bob"}),
        ("failures", {BAD.hex(), "the ledger is closed"}),
    ],
)
def test_a_list_says_the_same_to_people_and_to_programs(
    server: Server, noun: str, found: set[str]
) -> None:
    told = run(server, noun, "-p", PROJECT)
    page = run_json(server, noun, "-p", PROJECT)

    assert told.code == 0, told.err
    assert {one for one in found if one not in told.out} == set()
    assert len(told.out.splitlines()) == len(page[noun]) + 1
    assert not CONTROLS.search(told.out)


def test_a_filter_of_several_words_finds_what_all_of_them_mean(server: Server) -> None:
    page = run_json(server, "traces", "status:error", "user:bob", "-p", PROJECT)

    assert [row["trace_id"] for row in page["traces"]] == [BAD.hex()]


def test_a_span_is_shown_with_all_it_says_and_nothing_that_moves_the_cursor(
    server: Server,
) -> None:
    [row] = server.get(f"/api/v1/traces/{ODD.hex()}?project={PROJECT}")["spans"]
    here = ("span", ODD.hex()[:8], row["span_id"][:12], "-p", PROJECT)

    told = run(server, *here)
    found = run_json(server, *here)
    missed = run(server, "span", ODD.hex(), "zz", "-p", PROJECT)

    assert told.code == 0, told.err
    assert "input\n  \\x1b[31mred\\x1b]0;title\\x07 \\u202egnp.exe\n" in told.out
    assert "\n  second line" in told.out
    assert not set(told.out) & {"\x1b", "\x07", "\r", "\x9b", "\u202e"}
    assert found["input"].startswith("\x1b[31mred")
    assert (missed.code, missed.out) == (3, "")
    assert "has an id that begins 'zz'" in missed.err


def test_pages_follow_each_other(server: Server) -> None:
    first = run_json(server, "traces", "-n", "2", "-p", PROJECT)

    second = run_json(server, "traces", "-n", "2", "--cursor", first["next_cursor"], "-p", PROJECT)

    ids = [row["trace_id"] for page in (first, second) for row in page["traces"]]
    assert sorted(ids) == [GOOD.hex(), BAD.hex(), ODD.hex()]


def test_an_empty_list_says_which_project_has_some(server: Server) -> None:
    told = run(server, "traces", "-p", "cli-lists-nothing")

    assert (told.code, told.out) == (0, "")
    assert "no traces in the project 'cli-lists-nothing'" in told.err
    assert re.search(r"other projects have traces: `-p [^`]+`", told.err)


def test_a_filter_that_hides_everything_is_told(server: Server) -> None:
    told = run(server, "spans", "cost>1000", "-p", PROJECT)

    assert (told.code, told.out) == (0, "")
    assert "without the filter there are spans" in told.err


def test_a_filter_that_cannot_be_read_is_refused_in_one_line(server: Server) -> None:
    told = run(server, "traces", "cost>>", "-p", PROJECT)

    assert told.code == 2
    assert told.out == ""
    assert len(told.err.splitlines()) == 1


def test_a_trace_is_a_tree_with_bars_cost_and_errors(server: Server) -> None:
    told = run(server, "trace", GOOD.hex(), "-p", PROJECT)
    whole = run_json(server, "trace", GOOD.hex(), "-p", PROJECT)

    tree = {line.split("  ")[0]: line for line in told.out.splitlines()}
    cost = whole["trace"]["total_cost"]
    assert re.search(r"█{40,} +1\.00 s", tree["• answer"])
    assert re.search(r" {20,}█{20,} +500 ms +\$0\.0", tree["╰─ ✦ chat gpt-4o"])
    assert float(cost) > 0
    assert f"${float(cost):.4f}" in told.out
    assert [one["name"] for one in whole["spans"]] == ["answer", "chat gpt-4o"]


def test_an_error_is_told_where_it_began(server: Server) -> None:
    told = run(server, "trace", BAD.hex()[:8], "-p", PROJECT)

    assert told.code == 0, told.err
    assert re.search(
        r"^✗ ledger \([0-9a-f]{16}\) and 1 more\n  the ledger is closed$", told.out, re.MULTILINE
    )


def test_text_that_was_captured_moves_no_cursor(server: Server) -> None:
    told = run(server, "trace", ODD.hex(), "-p", PROJECT)

    assert told.code == 0, told.err
    assert not CONTROLS.search(told.out)
    assert r"\x1b[31mred" in told.out
    assert "会議の要約" in told.out
    assert max(map(len, told.out.splitlines())) < 1_200


def test_a_list_fits_the_terminal_that_it_is_read_on(server: Server) -> None:
    screens = []
    for columns in (80, 160):
        command = ("traces", "--data", str(server.data), "-p", PROJECT)
        with terminal(*command, rows=12, columns=columns) as seen:
            assert seen.wait() == 0
            screens.append(seen.screen().rstrip().splitlines())

    narrow, wide = screens
    assert [len(screen) for screen in screens] == [4, 4]
    assert "input" not in narrow[0]
    assert "input" in wide[0]
    assert all(one.hex() in "".join(narrow) for one in (GOOD, BAD, ODD))
    assert "✗ error" in "".join(narrow)


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("not-an-id", 2, "is no id of a trace"),
        ("0123456789", 3, "begins 0123456789"),
        ("f" * 32, 3, "f" * 32),
    ],
)
def test_a_trace_that_is_not_there_is_told(
    server: Server, typed: str, code: int, said: str
) -> None:
    told = run(server, "trace", typed, "-p", PROJECT)

    assert told.code == code
    assert told.out == ""
    assert said in told.err


def test_a_folder_that_nobody_serves_is_read(tmp_path: Path) -> None:
    with tarfile.open(Path(__file__).parent / "folders" / "0.1.0-chat.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    (folder,) = (entry for entry in tmp_path.iterdir() if entry.is_dir())

    page = run_json(folder, "traces", "--since", "2020-01-01", "-n", "3")

    assert len(page["traces"]) == 3
    assert not os.path.lexists(folder / "run.json")
