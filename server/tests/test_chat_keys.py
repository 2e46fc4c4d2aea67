"""Who spends the install's providers' keys in chat and playground: people, and programs with a virtual key."""

from typing import Any

import pytest

from asking import Answer, ask, bearer, make_key
from chatting import CHAT_PATH, Talker
from passing import END, OPEN_STREAM, ORGANISATION, Passing, event
from running import until
from simulated import Json

STORED = "sk-of-chat-and-playground-0915"
HELLO: list[Json] = [{"role": "user", "parts": [{"type": "text", "content": "Hello?"}]}]
PATH = f"/paid{CHAT_PATH}"


@pytest.fixture
def owner(passing: Passing) -> Talker:
    """The install's owner, beside a provider with a stored key."""
    wanted = {"base_url": f"{passing.provider.url}/paid/v1", "key": STORED}
    headers = bearer(passing.server.token)
    assert ask(passing.server, "PUT", "/api/v1/providers/paid", headers, wanted).status == 200
    passing.provider.on(PATH, lambda: iter([OPEN_STREAM + event("Hello!") + END + b"0\r\n\r\n"]))
    return Talker(passing)


def program(owner: Talker, **limits: object) -> Talker:
    """A program of the same project with a virtual key."""
    scopes = ["gateway", "read", "write"]
    wanted = {"project": owner.project, "scopes": scopes, "environment": "ci", **limits}
    made = ask(owner.server, "POST", "/api/v1/keys", owner.headers, wanted)
    assert made.status == 201, made.body
    other = Talker(owner.passing, bearer(made.body["key"]))
    other.project = owner.project
    return other


def came(owner: Talker) -> int:
    return len(owner.passing.provider.seen.get(PATH, ()))


def played(talker: Talker, *models: str) -> list[Json]:
    """The calls of a run, when all are over."""
    targets = [{"provider": "paid", "model": model} for model in models]
    begun = talker.ask("POST", "/playground-runs", {"messages": HELLO, "targets": targets})
    assert begun.status == 202, begun.body

    def over() -> Any:
        found = talker.ask("GET", f"/playground-runs/{begun.body['id']}").body
        return found["calls"] if found["is_finished"] else None

    calls: list[Json] = until(over)
    return calls


def said(talker: Talker, model: str) -> Json:
    """The answer to a question in a new conversation."""
    conversation = talker.begin("paid", model)
    return talker.answered(conversation, talker.say(conversation, "Hello?")[1])


def test_a_key_that_may_write_alone_asks_no_model(owner: Talker) -> None:
    conversation = owner.begin("paid")
    question, answer = owner.say(conversation, "Hello?")
    owner.answered(conversation, answer)
    before = came(owner)
    where = f"/conversations/{conversation}"
    targets = [{"provider": "paid", "model": "gpt-4o"}]

    refused: dict[str, list[Answer]] = {}
    for scope in ("write", "admin"):
        talker = Talker(owner.passing, bearer(make_key(owner.server, owner.project, scope)))
        refused[scope] = [
            talker.ask("POST", "/playground-runs", {"messages": HELLO, "targets": targets}),
            talker.ask("POST", f"{where}/messages", {"text": "And?", "parent": answer["id"]}),
            talker.ask("POST", f"{where}/answers", {"parent": question["id"]}),
        ]

    for answers in refused.values():
        assert [one.status for one in answers] == [403] * 3
        assert all("no scope gateway" in one.says for one in answers)
    assert came(owner) == before
    assert len(owner.read(conversation)["messages"]) == 2


def test_a_virtual_key_asks_its_models_alone(owner: Talker) -> None:
    talker = program(owner, models=["cheap*"])

    calls = played(talker, "cheap-1", "dear-1")
    answers = [said(talker, model) for model in ("cheap-1", "dear-1")]

    assert [one["status"] for one in calls] == ["ok", "error"]
    assert [one["status"] for one in answers] == ["ok", "error"]
    for one in (calls[1], answers[1]):
        assert one["error"].startswith("403")
        assert "'dear-1', only cheap*" in one["error"]
    assert STORED.encode() in owner.passing.provider.last(PATH).head
    bodies = [one.body for one in owner.passing.provider.seen[PATH]]
    assert not any(b"dear-1" in body for body in bodies)


def test_a_virtual_key_asks_its_providers_alone_and_no_oftener_than_it_may(owner: Talker) -> None:
    elsewhere = program(owner, providers=["openai"])
    seldom = program(owner, calls_per_minute=1)

    refused = said(elsewhere, "gpt-4o")
    calls = played(seldom, "gpt-4o", "gpt-4o")
    late = said(seldom, "gpt-4o")

    assert "only openai" in refused["error"]
    assert sorted(one["status"] for one in calls) == ["error", "ok"]
    assert late["error"].startswith("429")
    assert "1 times a minute" in late["error"]


def test_no_provider_hears_of_the_operators_account_at_openai(owner: Talker) -> None:
    said(owner, "gpt-4o")

    head = owner.passing.provider.last(PATH).head
    assert ORGANISATION.encode() not in head
    assert b"openai-" not in head.lower()


def test_what_a_virtual_key_asks_is_recorded_in_its_environment(owner: Talker) -> None:
    [call] = played(program(owner), "gpt-4o")

    found = until(lambda: owner.passing.spans(owner.project))

    assert [(one["trace_id"], one["environment"]) for one in found] == [(call["trace_id"], "ci")]
