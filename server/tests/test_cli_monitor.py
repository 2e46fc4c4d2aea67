"""`clearspan monitor` on a terminal: what it shows, its keys, and that it goes on after the server was away."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from commanding import run
from running import Server, settle, start
from sending import PROTOBUF, post, request_of, span
from terminal import Terminal, terminal

PROJECT = "watched"
ESCAPE, ENTER, UP = "\x1b", "\r", "\x1b[A"


def send(server: Server, name: str, *, fails: bool = False) -> None:
    """An agent with one call of a model, which can fail."""
    trace = os.urandom(16)
    agent = span(name, {"clearspan.kind": "agent"}, trace_id=trace)
    said: dict[str, object] = {"gen_ai.usage.input_tokens": 1200, "gen_ai.usage.output_tokens": 34}
    asked: dict[str, object] = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
    words: dict[str, object] = {"input.value": "How do I return a lamp?\x1b[2J"}
    call = span("chat gpt-4o", asked | said | words, trace_id=trace, parent=agent.span_id)
    if fails:
        call.status.code = Status.STATUS_CODE_ERROR
        call.status.message = "overloaded"
    body = request_of([agent, call])
    assert (
        post(server.url, "/v1/traces", body, PROTOBUF | {"x-clearspan-project": PROJECT})[0] == 200
    )


@pytest.fixture(scope="module")
def watched(server: Server) -> Server:
    """A project in which something happened."""
    send(server, "answer")
    send(server, "refund", fails=True)
    settle(server)
    return server


@pytest.fixture
def shown(watched: Server) -> Iterator[Terminal]:
    """The monitor on a small terminal."""
    with terminal("monitor", "--data", str(watched.data), "-p", PROJECT) as opened:
        opened.shows("answer", "refund", "● live")
        yield opened


def narrow(shown: Terminal, filter_: str) -> None:
    """Open the filter, and type one."""
    shown.press("/")
    shown.shows("status:error cost>0.05")
    shown.press(filter_ + ENTER)


def line_with(screen: str, *texts: str) -> str:
    found = [line for line in screen.splitlines() if all(text in line for text in texts)]
    assert found, f"no line with {texts}:\n{screen}"
    return found[0]


def test_the_window_is_told_in_figures_models_traces_and_failures_on_a_small_terminal(
    shown: Terminal,
) -> None:
    screen = shown.shows("gpt-4o", "overloaded")

    assert "last 15m" in line_with(screen, "clearspan", PROJECT)
    line_with(screen, "traces", "p50 · p95 · p99", "errors", "cost", "tokens")
    assert line_with(screen, "/min").count(" s") >= 1
    assert "$" in line_with(screen, "◎ answer")
    assert "1×" in line_with(screen, "overloaded")
    assert "2.5k" in line_with(screen, "gpt-4o", "$")
    assert all(len(line) <= 80 for line in screen.splitlines())
    assert "q Quit" in screen.splitlines()[-1]


def test_what_happens_is_seen_without_a_key(shown: Terminal, watched: Server) -> None:
    send(watched, "just-now")

    shown.shows("just-now")


def test_enter_leads_into_a_trace_and_escape_back(shown: Terminal) -> None:
    narrow(shown, "name:refund")
    shown.until(lambda screen: "/ name:refund" in screen and "◎ answer" not in screen)
    shown.press(ENTER)
    tree = shown.shows("╰─ ✦ chat gpt-4o", "█", "Spans")
    shown.press("n")
    said = shown.shows("✗ error", "How do I return a lamp?\\x1b[2J", "1.2k→34 tok")
    shown.press("h" + UP + "h")
    folded = shown.shows("▸◎ refund")
    shown.press(ESCAPE)
    back = shown.shows("Failures", "/ name:refund")
    shown.press("w")
    shown.shows("last 1h")
    shown.press(ENTER)
    shown.shows("╰─ ✦ chat gpt-4o")

    assert "▸" not in tree
    assert "✗ overloaded" in said
    assert "╰─" not in folded
    assert "Tokens by model" in back


def test_a_failure_leads_to_the_span_that_failed(shown: Terminal) -> None:
    shown.shows("overloaded")
    shown.press("\t\t" + ENTER)

    shown.shows("╰─ ✦ chat gpt-4o", "✗ overloaded")


def test_keys_narrow_what_is_shown_and_change_the_theme(shown: Terminal) -> None:
    dark = shown.colours_of("clearspan")
    shown.press("wet")
    screen = shown.until(
        lambda screen: "last 1h" in screen and "✗ errors" in screen and "nothing in this" in screen
    )
    shown.until(lambda _: shown.colours_of("clearspan") != dark)
    shown.press("ep")

    all_ = shown.shows("‖ paused", "◎ answer")
    assert "◎ answer" not in screen
    # Which traces are shown changes nothing about what they cost.
    assert line_with(screen, "$", "/min").split() == line_with(all_, "$", "/min").split()


def test_a_filter_that_cannot_be_read_says_why_and_the_next_one_counts(shown: Terminal) -> None:
    narrow(shown, "latancy>2s")
    shown.shows("no field latancy")
    shown.press(ESCAPE)

    shown.until(lambda screen: "no field" not in screen and "answer" in screen)


@pytest.mark.parametrize("key", ["q", "\x03"])
def test_it_ends_with_a_key_and_leaves_the_terminal_as_it_was(shown: Terminal, key: str) -> None:
    shown.press(key)

    assert shown.wait() == 0
    assert b"\x1b[?1049l" in shown.sent


def test_a_large_terminal_shows_all_side_by_side(watched: Server) -> None:
    options = ("--data", str(watched.data), "-p", PROJECT, "--theme", "light")
    with terminal("monitor", *options, rows=50, columns=160) as wide:
        screen = wide.shows("answer", "overloaded", "1.2k→34 tok")

    line_with(screen, "Traces", "Tokens by model")


def test_what_is_no_terminal_a_theme_or_a_window_is_refused(watched: Server) -> None:
    piped = run(watched, "monitor")
    with terminal("monitor", "--theme", "pink", "--data", str(watched.data)) as wrong:
        assert wrong.wait() == 2
        told = wrong.screen()

    assert piped.code == 2
    assert "clearspan tail" in piped.err
    assert "dark, light, nord, dracula, matrix" in " ".join(told.split())


def test_after_the_server_was_away_it_goes_on(tmp_path: Path) -> None:
    first = start(tmp_path / "data")
    port = first.url.rpartition(":")[2]
    with terminal("monitor", "--data", str(tmp_path / "data"), "-p", PROJECT) as shown:
        shown.shows("● live", "nothing in this window")
        first.kill()
        shown.shows("○ away, again in")
        second = start(tmp_path / "data", "--port", port)
        try:
            shown.shows("● live")
            send(second, "after-the-break")
            shown.shows("after-the-break")
        finally:
            second.stop()
