"""Erasure of what is being said to models, and of what the playground remembers."""

import time
from collections.abc import Iterator

import pytest

from chatting import CHAT_PATH, Talker
from passing import OPEN_STREAM, Passing, event
from running import until
from simulated import Json


@pytest.fixture
def talker(passing: Passing) -> Talker:
    return Talker(passing)


def erased(talker: Talker, by: str, value: str) -> None:
    """Have it erased, and wait until it is."""
    asked = {"project": talker.project, "by": by, "value": value}
    begun = talker.ask("POST", "/erasures", asked)
    assert begun.status in (201, 202), begun.body

    def done() -> bool:
        found = talker.ask("GET", "/erasures").body["erasures"]
        return [one["state"] for one in found if one["id"] == begun.body["id"]] == ["done"]

    until(done, 120)


def run(talker: Talker, text: str) -> str:
    """A run of one call, by its id."""
    asked = {
        "messages": [{"role": "user", "parts": [{"type": "text", "content": text}]}],
        "targets": [{"provider": "raw", "model": "m"}],
    }
    return str(talker.ask("POST", "/playground-runs", asked).body["id"])


def endless() -> Iterator[bytes]:
    yield OPEN_STREAM
    while True:
        yield event("word ")
        time.sleep(0.05)


def test_an_answer_under_way_ends_with_its_conversation_and_leaves_no_trace(talker: Talker) -> None:
    conversation, other = talker.begin("raw"), talker.begin("raw")
    talker.scripted("one").all()
    _, spared = talker.say(other, "Count.")
    talker.answered(other, spared)
    talker.passing.provider.on(CHAT_PATH, endless)
    _, answer = talker.say(conversation, "Count.")
    heard = talker.heard(conversation, answer)
    next(heard)

    erased(talker, "session", conversation)
    [*_, done] = heard

    assert (done.kind, done.data["status"]) == ("done", "stopped")
    assert talker.ask("GET", f"/conversations/{conversation}").status == 404
    assert talker.read(other)["messages"][1]["text"] == "one"
    assert {one["session_id"] for one in talker.passing.spans(talker.project)} == {other}


def test_runs_that_say_a_text_are_forgotten_and_others_are_not(talker: Talker) -> None:
    def finished(one: str) -> Json | None:
        found: Json = talker.ask("GET", f"/playground-runs/{one}").body
        return found if found["is_finished"] else None

    talker.scripted("Zanzibar is nice").all()
    said = run(talker, "Where?")
    until(lambda: finished(said))
    talker.scripted("Paris is nice").all()
    other = run(talker, "Where else?")
    until(lambda: finished(other))
    talker.passing.provider.on(CHAT_PATH, endless)
    under_way = run(talker, "How far is zanzibar?")

    erased(talker, "text", "Zanzibar")

    runs = [talker.ask("GET", f"/playground-runs/{one}") for one in (said, other, under_way)]
    assert [one.status for one in runs] == [404, 200, 404]
    [span] = talker.passing.spans(talker.project)
    assert span["session_id"] == other
