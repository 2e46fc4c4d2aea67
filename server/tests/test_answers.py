"""Answers under way: they end in any case, whatever comes, whoever stops them and whether they can be kept or not."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chatting import CHAT_PATH, Talker
from clearspan_server.chat.answers import Answers, Work
from clearspan_server.chat.asking import Provider, Question, Said, inside, new_trace_id
from clearspan_server.chat.feed import Feed
from clearspan_server.chat.hearing import MOST_BYTES
from clearspan_server.chat.runs import Origin, Runs
from clearspan_server.gateway.headers import Told
from clearspan_server.store.catalog import Catalog
from clearspan_server.store.conversations import Context, Conversations, Draft, Message
from passing import OPEN_STREAM, Passing, chunk, event
from running import PATIENCE_S, until

ASKED = Question(
    Provider("raw", "openai", "/v1"), "m", [Said("user", [{"type": "text", "content": "Hi"}])]
)


@pytest.fixture
def talker(passing: Passing) -> Talker:
    return Talker(passing)


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    catalog = Catalog(tmp_path / "catalog.db")
    catalog.ensure_project("p")
    return Conversations(catalog.database)


async def gateway(_scope: Any, _receive: Any, send: Any) -> None:
    """Answers `Hello`."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for delta, reason in (({"content": "Hello"}, None), ({}, "stop")):
        said = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        said["choices"] = [{"index": 0, "delta": delta, "finish_reason": reason}]
        body = f"data: {json.dumps(said)}\n\n".encode()
        await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})


def work(kept: Conversations, clean: Callable[[str], str] = str) -> Work:
    """An answer that is kept as being written."""
    begun = kept.create("p", Draft("", "", "raw", "m", {}, Context()), "ann")
    question = Message("", "", "user", "Hi?", datetime.now(UTC))
    answer = Message("", "", "assistant", "", datetime.now(UTC), trace_id=new_trace_id())
    _, answer = kept.ask("p", begun.head.id, question, answer)
    within = inside("p", Told(), answer.trace_id)
    return Work("p", begun.head.id, answer, ASKED, within, clean)


def now(kept: Conversations, one: Work) -> Message:
    """The answer as it is kept."""
    found = kept.find("p", one.conversation_id)
    message = found.message(one.message.id) if found else None
    assert message is not None
    return message


async def told(feed: Feed, after: int = 0) -> list[Any]:
    """What a feed tells until its end."""

    async def read() -> list[Any]:
        return [one.said async for one in feed.after(after, PATIENCE_S) if one is not None]

    return await asyncio.wait_for(read(), PATIENCE_S)


async def written(answers: Answers, one: Work) -> Message:
    """The answer as its readers are told that it ended."""
    answers.begin(one)
    feed = answers.feed(one.message.id)
    assert feed is not None
    [*_, done] = await told(feed)
    assert isinstance(done, Message)
    return done


def test_an_answer_that_is_stopped_before_its_first_step_ends(kept: Conversations) -> None:
    one = work(kept)

    async def stopped() -> Feed | None:
        answers = Answers(gateway, kept)
        answers.begin(one)
        await asyncio.wait_for(answers.stop("p", one.message), PATIENCE_S)
        return answers.feed(one.message.id)

    assert asyncio.run(stopped()) is None
    assert now(kept, one).status == "stopped"


def test_a_run_that_is_stopped_before_its_first_step_ends() -> None:
    async def stopped() -> tuple[bool, list[str]]:
        runs = Runs(gateway)
        run = runs.begin("p", [ASKED, ASKED], Origin(), "ann")
        await asyncio.wait_for(runs.stop(run), PATIENCE_S)
        return run.is_finished, [one.status for one in run.calls]

    assert asyncio.run(stopped()) == (True, ["stopped", "stopped"])


def test_an_answer_that_cannot_be_kept_at_once_is_kept_a_moment_later(kept: Conversations) -> None:
    failures = iter([RuntimeError("busy"), RuntimeError("busy")])

    def clean(text: str) -> str:
        if (failure := next(failures, None)) is not None:
            raise failure
        return text

    one = work(kept, clean)

    done = asyncio.run(written(Answers(gateway, kept), one))

    assert (done.status, done.text) == ("ok", "Hello")
    assert now(kept, one) == done


def test_an_answer_that_cannot_be_kept_says_so_and_blocks_nothing(kept: Conversations) -> None:
    def clean(text: str) -> str:
        raise RuntimeError(text)

    one = work(kept, clean)

    async def lost() -> tuple[Message, Feed | None]:
        answers = Answers(gateway, kept)
        done = await written(answers, one)
        return done, await answers.begun("p", now(kept, one))

    done, feed = asyncio.run(lost())

    assert (done.status, done.text) == ("error", "")
    assert done.error == "the answer could not be kept: RuntimeError"
    assert feed is None
    assert now(kept, one).status == "interrupted"


def test_who_comes_just_before_an_answer_begins_hears_it(kept: Conversations) -> None:
    one = work(kept)

    async def heard() -> list[Any]:
        is_heard = asyncio.Event()

        async def waiting(scope: Any, receive: Any, send: Any) -> None:
            await is_heard.wait()
            await gateway(scope, receive, send)

        answers = Answers(waiting, kept)
        with answers.place():
            early = asyncio.create_task(answers.begun("p", one.message))
            await asyncio.sleep(0)
            answers.begin(one)
        feed = await early
        assert feed is not None
        is_heard.set()
        return await told(feed)

    assert asyncio.run(heard()) == ["Hello", now(kept, one)]


def test_a_reader_whose_number_is_too_large_hears_the_end() -> None:
    async def heard() -> list[Any]:
        feed = Feed()
        feed.tell("text", "one")
        early = asyncio.create_task(told(feed, after=99))
        await asyncio.sleep(0)
        feed.tell("done", "over")
        feed.end()
        return [await early, await told(feed, after=99), await told(feed, after=2)]

    assert asyncio.run(heard()) == [["over"], ["over"], []]


def test_a_character_that_comes_in_two_halves_is_whole(talker: Talker) -> None:
    def script() -> Iterator[bytes]:
        yield OPEN_STREAM
        for half in (r"a \ud83d", r"\ude00 b ", r"\ude00", r"\ud83d"):
            delta = '{"index":0,"delta":{"content":"' + half + '"}}'
            said = f'{{"id":"1","object":"chat.completion.chunk","model":"m","choices":[{delta}]}}'
            yield chunk(f"data: {said}\n\n".encode())
        yield chunk(
            b'data: {"id":"1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
        )
        yield chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"

    talker.passing.provider.on(CHAT_PATH, script)
    conversation = talker.begin("raw")
    _, answer = talker.say(conversation, "Smile.")

    *texts, done = talker.heard(conversation, answer)

    assert (done.data["status"], done.data["text"]) == ("ok", "a \U0001f600 b \ufffd\ufffd")
    assert "".join(one.data["text"] for one in texts) == done.data["text"]
    assert talker.answered(conversation, answer) == done.data


def endless() -> Iterator[bytes]:
    yield OPEN_STREAM
    while True:
        yield event("lorem ipsum " * 1_000)


def test_an_answer_without_an_end_is_broken_off_and_says_so(talker: Talker) -> None:
    talker.passing.provider.on(CHAT_PATH, endless)
    conversation = talker.begin("raw")
    _, answer = talker.say(conversation, "Talk.")

    done = talker.answered(conversation, answer)

    assert done["status"] == "error"
    assert str(MOST_BYTES) in done["error"]
    assert MOST_BYTES - 12_000 <= len(done["text"]) <= MOST_BYTES
    until(lambda: talker.passing.provider.last(CHAT_PATH).left_s)


def test_a_call_of_the_playground_without_an_end_is_broken_off_and_says_so(talker: Talker) -> None:
    talker.passing.provider.on(CHAT_PATH, endless)
    asked = {
        "messages": [{"role": "user", "parts": [{"type": "text", "content": "Talk."}]}],
        "targets": [{"provider": "raw", "model": "m"}],
    }
    begun = talker.ask("POST", "/playground-runs", asked).body

    [call] = until(
        lambda: (
            (found := talker.ask("GET", f"/playground-runs/{begun['id']}").body)["is_finished"]
            and found["calls"]
        )
    )

    assert call["status"] == "error"
    assert str(MOST_BYTES) in call["error"]
    assert len(call["text"]) <= MOST_BYTES


@pytest.mark.parametrize("name", ["model", "messages", "stream", "stream_options", "tools"])
def test_what_is_no_parameter_is_refused_by_name(talker: Talker, name: str) -> None:
    wrong = {"parameters": {name: "x"}}
    target = {"provider": "raw", "model": "m"}
    conversation = talker.begin("raw")
    hello = [{"role": "user", "parts": [{"type": "text", "content": "Hi?"}]}]

    refused = [
        talker.ask("POST", "/conversations", target | wrong),
        talker.ask("PATCH", f"/conversations/{conversation}", wrong),
        talker.ask("POST", "/playground-runs", {"messages": hello, "targets": [target]} | wrong),
    ]

    assert [one.status for one in refused] == [400, 400, 400]
    assert all(f"'{name}' is no parameter" in one.says for one in refused)
