"""Conversations with models: what is asked and answered, streamed, stopped, asked again and kept."""

import pytest

from chatting import Talker
from passing import Passing


@pytest.fixture
def talker(passing: Passing) -> Talker:
    return Talker(passing)


def test_a_question_is_answered_in_pieces_and_kept(talker: Talker) -> None:
    conversation = talker.begin("raw", system="Be brief.", parameters={"temperature": 0.5})
    script = talker.scripted("Hello", ", ", "world")
    question, answer = talker.say(conversation, "What do programs say first, and why?")
    script.all()

    *texts, done = talker.heard(conversation, answer)

    assert "".join(one.data["text"] for one in texts) == "Hello, world"
    assert (done.kind, done.data["status"], done.data["text"]) == ("done", "ok", "Hello, world")
    found = talker.read(conversation)
    assert found["messages"] == [question, done.data]
    assert found["title"] == "What do programs say first, and why?"
    assert found["leaf"] == answer["id"]
    asked = talker.asked()
    assert asked["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What do programs say first, and why?"},
    ]
    assert (asked["model"], asked["temperature"], asked["stream"]) == ("gpt-4o", 0.5, True)


def test_a_reader_that_comes_back_gets_exactly_the_rest(talker: Talker) -> None:
    conversation = talker.begin("raw")
    script = talker.scripted("one ", "two ", "three ", "four")
    _, answer = talker.say(conversation, "Count.")
    script.let_go(2)
    first, other = (talker.heard(conversation, answer) for _ in range(2))
    seen, others = [next(first)], [next(other)]
    while "".join(one.data["text"] for one in seen) != "one two ":
        seen.append(next(first))

    script.all()
    rest = list(talker.heard(conversation, answer, after=seen[-1].number))

    assert "".join(one.data["text"] for one in rest[:-1]) == "three four"
    assert rest[-1].data["text"] == "one two three four"
    assert "".join(one.data["text"] for one in [*others, *other][:-1]) == "one two three four"
    assert [one.kind for one in talker.heard(conversation, answer, after=99)] == ["done"]
