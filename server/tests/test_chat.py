"""Conversations with models: what is asked and answered, streamed, stopped, asked again and kept."""

import json
import time
from collections.abc import Callable, Iterator

import pytest

from chatting import CHAT_PATH, Talker
from clearspan_server.chat.answers import MOST_ANSWERS
from passing import OPEN_STREAM, Passing, event
from running import until
from simulated import Json


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


def texts_of(asked: Json) -> list[object]:
    """What the provider was told, without the roles."""
    return [one["content"] for one in asked["messages"]]


def failing(status: str, body: object) -> Callable[[], Iterator[bytes]]:
    def script() -> Iterator[bytes]:
        said = json.dumps(body).encode()
        head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(said)}\r\n\r\n"
        yield head.encode() + said

    return script


def test_a_stop_ends_the_call_at_the_provider_and_keeps_what_there_is(talker: Talker) -> None:
    conversation = talker.begin("raw")
    script = talker.scripted(*(f"word{number} " for number in range(100)))
    _, answer = talker.say(conversation, "Talk.")
    script.let_go(3)
    heard = talker.heard(conversation, answer)
    text = ""
    while "word2 " not in text:
        text += next(heard).data["text"]

    begun_s = time.monotonic()
    stopped = talker.ask("POST", f"/conversations/{conversation}/answers/{answer['id']}/stop").body
    script.let_go(97)

    seen = talker.passing.provider.last(CHAT_PATH)
    until(lambda: seen.left_s)
    assert (seen.left_s or 0) - begun_s < 1
    assert (stopped["status"], stopped["text"]) == ("stopped", text)
    assert list(heard)[-1].data == stopped
    again = talker.ask("POST", f"/conversations/{conversation}/answers/{answer['id']}/stop").body
    assert again == stopped
    [figures] = talker.figures(conversation, 1)["answers"].values()
    assert figures["status"] == "cancelled"
    assert 0 < figures["output_tokens"] < 30


def test_an_answer_is_given_again_and_a_question_asked_otherwise_beside_the_first(
    talker: Talker,
) -> None:
    conversation = talker.begin("raw")
    talker.scripted("first").all()
    question, first = talker.say(conversation, "One?")
    talker.answered(conversation, first)
    talker.scripted("second").all()
    path = f"/conversations/{conversation}/answers"
    second = talker.ask("POST", path, {"parent": question["id"], "model": "other"}).body
    talker.answered(conversation, second)
    talker.scripted("third").all()

    asked, third = talker.say(conversation, "Two?", parent=second["id"])
    talker.answered(conversation, third)
    told = talker.asked()
    edited, fourth = talker.say(conversation, "Two, please?", parent=second["id"])
    talker.answered(conversation, fourth)

    assert second["parent"] == first["parent"] == question["id"]
    assert second["model"] == "other"
    assert edited["parent"] == asked["parent"] == second["id"]
    assert texts_of(told) == ["One?", "second", "Two?"]
    assert texts_of(talker.asked()) == ["One?", "second", "Two, please?"]
    found = talker.read(conversation)
    assert found["leaf"] == fourth["id"]
    assert len(found["messages"]) == 7


def test_the_model_changes_in_mid_conversation_and_stays_changed(talker: Talker) -> None:
    conversation = talker.begin("openai", "gpt-4o")
    _, first = talker.say(conversation, "One?")
    first = talker.answered(conversation, first)

    _, second = talker.say(
        conversation, "Two?", parent=first["id"], provider="anthropic", model="claude-sonnet-4-5"
    )
    second = talker.answered(conversation, second)

    assert [first["status"], second["status"]] == ["ok", "ok"], second
    assert second["provider"] == "anthropic"
    found = talker.read(conversation)
    assert (found["provider"], found["model"]) == ("anthropic", "claude-sonnet-4-5")


@pytest.mark.parametrize(
    ("context", "told", "left_out"),
    [
        ({"kind": "all"}, ["a", "A", "b", "B", "c"], 0),
        ({"kind": "turns", "count": 1}, ["b", "B", "c"], 2),
        ({"kind": "turns", "count": 0}, ["c"], 4),
        ({"kind": "tokens", "count": 20}, ["b", "B", "c"], 2),
        ({"kind": "tokens", "count": 1}, ["c"], 4),
    ],
)
def test_a_context_leaves_out_what_it_says(
    talker: Talker, context: Json, told: list[str], left_out: int
) -> None:
    conversation = talker.begin("raw", context=context)
    parent = None
    for text in ("a", "b"):
        talker.scripted(text.upper()).all()
        _, answer = talker.say(conversation, text, parent)
        parent = talker.answered(conversation, answer)["id"]

    talker.scripted("C").all()
    _, last = talker.say(conversation, "c", parent)
    last = talker.answered(conversation, last)

    assert texts_of(talker.asked()) == told
    assert last["left_out"] == left_out


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        ("401 No", {"error": {"message": "Incorrect API key: sk-…"}}, "401: Incorrect API key"),
        ("404 No", {"error": {"message": "no model 'gpt-4o'"}}, "404: no model 'gpt-4o'"),
        ("429 No", {"error": {"message": "slow down"}}, "429: slow down"),
        ("500 No", {"detail": "broken"}, '500: {"detail": "broken"}'),
    ],
)
def test_an_error_of_the_provider_is_told_in_its_own_words(
    talker: Talker, status: str, body: Json, said: str
) -> None:
    conversation = talker.begin("raw")
    talker.passing.provider.on(CHAT_PATH, failing(status, body))
    before = len(talker.passing.provider.seen.get(CHAT_PATH, []))

    _, answer = talker.say(conversation, "Hello?")
    answer = talker.answered(conversation, answer)

    assert answer["status"] == "error"
    assert said in answer["error"]
    assert len(talker.passing.provider.seen[CHAT_PATH]) == before + 1  # it is not tried again


def test_an_answer_that_breaks_off_is_an_error_and_keeps_its_text(talker: Talker) -> None:
    def script() -> Iterator[bytes]:
        yield OPEN_STREAM + event("half of ")

    conversation = talker.begin("raw")
    talker.passing.provider.on(CHAT_PATH, script)
    _, answer = talker.say(conversation, "Hello?")

    answer = talker.answered(conversation, answer)

    assert (answer["status"], answer["text"]) == ("error", "half of ")
    assert answer["error"]


def test_a_provider_that_is_not_there_is_an_error_of_the_answer(talker: Talker) -> None:
    conversation = talker.begin("closed")
    _, answer = talker.say(conversation, "Hello?")

    answer = talker.answered(conversation, answer)

    assert answer["status"] == "error"
    assert answer["error"].startswith("502: ")


def test_more_answers_than_there_may_be_are_refused_until_one_ends(talker: Talker) -> None:
    script = talker.scripted("x")
    begun = []
    for _ in range(MOST_ANSWERS):
        conversation = talker.begin("raw")
        begun.append((conversation, talker.say(conversation, "Hello?")[1]))

    refused = talker.ask("POST", f"/conversations/{talker.begin('raw')}/messages", {"text": "x"})

    assert refused.status == 429
    assert f"{MOST_ANSWERS} answers" in refused.says
    assert refused.headers["retry-after"]
    script.let_go(2 * MOST_ANSWERS)
    done = [talker.answered(*one) for one in begun]
    assert {one["status"] for one in done} == {"ok"}
    talker.say(begun[0][0], "Once more?", done[0]["id"])


def test_every_answer_is_one_trace_with_the_figures_of_the_conversation(talker: Talker) -> None:
    conversation = talker.begin("openai", "gpt-4o-mini", system="Be brief.")
    parent, answers = None, []
    for text in ("Where is my order?", "And when?"):
        _, answer = talker.say(conversation, text, parent)
        answers.append(talker.answered(conversation, answer))
        parent = answer["id"]

    figures = talker.figures(conversation, 2)

    spans = talker.passing.spans(talker.project)
    assert {one["trace_id"] for one in spans} == {one["trace_id"] for one in answers}
    assert len(spans) == 2
    for span in spans:
        assert (span["session_id"], span["user_id"]) == (conversation, "owner")
        [told] = [one for one in figures["answers"].values() if one["trace_id"] == span["trace_id"]]
        for name in ("span_id", "input_tokens", "output_tokens", "total_cost", "duration_ns"):
            assert told[name] == span[name] is not None
    totals = figures["totals"]
    assert (totals["requests"], totals["errors"], totals["cancelled"]) == (2, 0, 0)
    assert totals["input_tokens"] == sum(one["input_tokens"] for one in spans)
    assert totals["latency_p95_ns"] >= totals["latency_p50_ns"] > 0
    detail = talker.ask("GET", f"/traces/{spans[0]['trace_id']}/spans/{spans[0]['span_id']}").body
    assert detail["feature"] == "chat"


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("anthropic", "claude-sonnet-4-5"),
        ("groq", "llama-3.3-70b-versatile"),
        *((name, "gpt-4o") for name in ("gemini", "cohere", "openrouter", "fireworks", "vllm")),
        ("simulated", "gpt-4o"),
    ],
)
def test_a_provider_of_every_form_answers(talker: Talker, provider: str, model: str) -> None:
    conversation = talker.begin(provider, model)
    _, answer = talker.say(conversation, "Where is my order?")

    answer = talker.answered(conversation, answer)

    assert answer["status"] == "ok", answer["error"]
    assert answer["text"]
