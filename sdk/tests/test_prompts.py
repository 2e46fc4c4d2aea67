"""Prompts: from the server, from memory, from disk; filled in, and named on spans."""

import asyncio
import itertools
from pathlib import Path

import pytest

import clearspan
from clearspan.testing import capture_spans
from programs import Programs
from receiver import Receiver
from waiting import wait_until

NAMES = (f"prompt {number}/é" for number in itertools.count())
PAGE = "/api/v1/prompts/{}?label=production"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def name() -> str:
    """Of a prompt that no other test has asked for."""
    return next(NAMES)


def page(name: str) -> str:
    return PAGE.format(name.replace(" ", "%20").replace("/", "%2F").replace("é", "%C3%A9"))


def offer(receiver: Receiver, name: str, version: int, template: object) -> None:
    receiver.pages[page(name)] = {"name": name, "version": version, "template": template}


def test_a_prompt_is_fetched_once_a_minute(recording: Receiver, name: str, cache: Path) -> None:
    offer(recording, name, 3, "Hello {{ name }}, {{name}}!")

    first, _, last = [clearspan.prompt(name) for _ in range(3)]

    assert (first.name, first.version, first.label) == (name, 3, "production")
    assert last is first
    assert first.compile(name="{{x}}") == "Hello {{x}}, {{x}}!"
    assert len(recording.posts("/api/v1/prompts")) == 1
    (file,) = cache.rglob("*.json")
    assert file.stat().st_mode & 0o777 == 0o600


def test_messages_are_filled_in_too(recording: Receiver, name: str) -> None:
    offer(recording, name, 1, [{"role": "user", "content": "Hi {{name}}, {{ other }}"}])

    assert clearspan.prompt(name).compile(name=3) == [
        {"role": "user", "content": "Hi 3, {{ other }}"}
    ]


def test_a_prompt_is_refreshed_in_the_background(recording: Receiver, name: str) -> None:
    offer(recording, name, 1, "one")
    assert clearspan.prompt(name, fresh_s=0).version == 1

    offer(recording, name, 2, "two")
    recording.is_held = True

    assert clearspan.prompt(name, fresh_s=0).version == 1
    recording.is_held = False
    wait_until(lambda: clearspan.prompt(name, fresh_s=0).version == 2)


SOURCE = """
import clearspan
prompt = clearspan.prompt("greet", fallback="fallback")
print(prompt.version, prompt.template)
"""


def test_a_prompt_outlives_the_server(programs: Programs, receiver: Receiver, cache: Path) -> None:
    environment = {"XDG_CACHE_HOME": str(cache)}
    offer(receiver, "greet", 4, "Hello")

    first = programs.run(SOURCE, CLEARSPAN_ENDPOINT=receiver.url, **environment)
    receiver.pages.clear()
    second = programs.run(SOURCE, CLEARSPAN_ENDPOINT=receiver.url, **environment)
    other = programs.run(SOURCE, CLEARSPAN_ENDPOINT="http://127.0.0.1:9", **environment)

    assert (first.out, first.err) == ("4 Hello\n", "")
    assert second.out == "4 Hello\n"
    assert "answered with 404" in second.err
    assert other.out == "None fallback\n"  # of another server
    assert "no prompts from the server" in other.err


def test_a_prompt_that_was_never_seen_is_an_error_or_the_fallback(
    recording: Receiver, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        with pytest.raises(LookupError, match=r"is not to be had.*answered with 404"):
            clearspan.prompt(name)

    assert clearspan.prompt(name, fallback="Hi {{name}}").compile(name="Ann") == "Hi Ann"
    assert clearspan.prompt(name, fallback="Me, {{self}}").compile(self="Ann") == "Me, Ann"
    assert len(recording.posts("/api/v1/prompts")) == 1
    assert sum("answered with 404" in message for message in caplog.messages) == 1


@pytest.mark.parametrize("answer", [[], {"template": 3}, "text"])
def test_an_answer_that_makes_no_sense_is_told(
    recording: Receiver, name: str, answer: object, caplog: pytest.LogCaptureFixture
) -> None:
    recording.pages[page(name)] = answer

    assert clearspan.prompt(name, fallback="Hi").version is None
    assert "was answered with 200" in caplog.text


def test_spans_inside_carry_name_and_version(recording: Receiver, name: str) -> None:
    offer(recording, name, 5, "Hello")
    greet = clearspan.prompt(name)

    async def ask(user: str) -> None:
        with greet, clearspan.context(user=user):
            await asyncio.sleep(0)
            with greet, clearspan.llm_span(user):
                await asyncio.sleep(0)
        with clearspan.span("after"):
            pass

    async def main() -> None:
        await asyncio.gather(ask("ann"), ask("bob"))

    with capture_spans() as spans:
        asyncio.run(main())
        with clearspan.context(prompt=greet), clearspan.span("named"):
            pass

    carried = {"prompt_name": name, "prompt_version": 5}
    facts = {span.name: span.facts() for span in spans}
    assert facts["ann"] == {**carried, "user": "ann"}
    assert facts["bob"] == {**carried, "user": "bob"}
    assert facts["after"] == {}
    assert facts["named"] == carried


@pytest.mark.usefixtures("recording")
def test_a_fallback_has_no_version(name: str) -> None:
    with capture_spans() as spans, clearspan.prompt(name, fallback="Hi"), clearspan.span("inside"):
        pass

    assert spans[0].facts() == {"prompt_name": name}


def test_prompts_of_a_server_that_hangs_are_waited_for_once(
    programs: Programs, cache: Path
) -> None:
    source = """
import socket
import time
import clearspan

server = socket.create_server(("127.0.0.1", 0))
clearspan.init(endpoint=f"http://127.0.0.1:{server.getsockname()[1]}")
def ask_s(number):
    started_s = time.monotonic()
    assert clearspan.prompt(f"prompt {number}", fallback="Hello").template == "Hello"
    return time.monotonic() - started_s
first_s = ask_s(0)
print(sum(ask_s(number) for number in range(1, 8)) < 3 * first_s)
"""

    ended = programs.run(source, XDG_CACHE_HOME=str(cache))

    assert (ended.code, ended.out) == (0, "True\n")


def test_without_a_home_no_prompt_is_kept_in_the_current_folder(
    receiver: Receiver, programs: Programs, name: str, tmp_path: Path
) -> None:
    offer(receiver, name, 1, "Hello")
    source = f"""
import os
import clearspan

os.chdir({str(tmp_path)!r})
assert clearspan.prompt({name!r}).template == "Hello"
"""

    ended = programs.run(source, CLEARSPAN_ENDPOINT=receiver.url, XDG_CACHE_HOME="caches")

    assert (ended.code, ended.err) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["program.py"]
