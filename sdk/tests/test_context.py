"""Facts of a context: on every span inside it, joined, and in other services when asked."""

import asyncio

import pytest

import clearspan
from clearspan.testing import capture_spans
from receiver import Receiver

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def facts_inside(**facts: object) -> dict[str, object]:
    """What a span inside a context of ``facts`` knows."""
    with capture_spans() as spans, clearspan.context(**facts), clearspan.span("inside"):  # type: ignore[arg-type]  # of any type
        pass
    return spans[0].facts()


def test_every_fact_reaches_the_server_under_its_name(recording: Receiver) -> None:
    with (
        clearspan.context(
            user="ann",
            customer="acme",
            session="s-1",
            turn=2,
            run="r-1",
            step={"id": "plan", "parent": "root", "index": 0, "type": "plan"},
            tags=["beta"],
            feature="chat",
            experiment="tone",
            variant="b",
            prompt=("greet", 3),
            region="eu",
        ),
        clearspan.span("inside"),
    ):
        pass

    assert clearspan.flush()
    assert recording.span("inside")["attributes"] == {
        "user.id": "ann",
        "clearspan.customer": "acme",
        "session.id": "s-1",
        "gen_ai.conversation.id": "s-1",
        "clearspan.turn": 2,
        "clearspan.run": "r-1",
        "clearspan.step.id": "plan",
        "clearspan.step.parent": "root",
        "clearspan.step.index": 0,
        "clearspan.step.type": "plan",
        "clearspan.tags": ["beta"],
        "clearspan.feature": "chat",
        "clearspan.experiment": "tone",
        "clearspan.variant": "b",
        "clearspan.prompt.name": "greet",
        "clearspan.prompt.version": 3,
        "region": "eu",
    }


def test_steps_and_prompts_have_short_forms() -> None:
    assert facts_inside(step="plan") == {"step_id": "plan"}
    assert facts_inside(step=4) == {"step_index": 4}
    assert facts_inside(prompt="greet") == {"prompt_name": "greet"}


def test_inner_contexts_win_and_tags_are_joined() -> None:
    with (
        capture_spans() as spans,
        clearspan.context(user="ann", session="s-1", tags=["beta", "eu"]),
        clearspan.context(user="bob", tags=["eu", "new"]),
        clearspan.span("inside", tags=["own"]),
    ):
        pass

    assert spans[0].facts() == {
        "user": "bob",
        "session": "s-1",
        "tags": ["beta", "eu", "new", "own"],
    }


def test_tasks_that_run_beside_each_other_have_contexts_of_their_own() -> None:
    async def answer(user: str) -> None:
        with clearspan.context(user=user):
            await asyncio.sleep(0)
            with clearspan.span(user):
                await asyncio.sleep(0)

    async def main() -> None:
        with clearspan.context(feature="chat"):
            await asyncio.gather(*map(answer, ("ann", "bob", "cid")))

    with capture_spans() as spans:
        asyncio.run(main())

    assert len(spans) == 3
    for span in spans:
        assert span.facts() == {"feature": "chat", "user": span.name}


def test_what_a_context_may_not_be_given_does_no_harm(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("CLEARSPAN_STRICT")

    assert facts_inside(prompt=("no version",)) == {}
    assert "failed while copying the facts of a context" in caplog.text


def test_facts_travel_to_other_services_when_asked() -> None:
    headers = {"traceparent": TRACE, "baggage": "region=eu;ttl=3"}
    outgoing: dict[str, str] = {}
    facts = {"user": "ann, é;=%", "tags": ["a,b", "c"], "step": 3, "prompt": ("greet", 7)}

    with (
        clearspan.extract(headers),
        clearspan.context(session="stays here"),
        clearspan.context(**facts, secret="stays", propagate=True),  # type: ignore[arg-type]  # the same
        clearspan.span("caller"),
    ):
        clearspan.inject(outgoing)
    with capture_spans() as spans, clearspan.extract(outgoing), clearspan.span("callee"):
        pass

    assert outgoing["baggage"].startswith(
        "region=eu;ttl=3,clearspan.user=ann%2C%20%C3%A9%3B%3D%25,"
    )
    assert outgoing["baggage"].isascii()
    assert spans[0].facts() == {
        "user": "ann, é;=%",
        "tags": ["a,b", "c"],
        "step_index": 3,
        "prompt_name": "greet",
        "prompt_version": "7",
    }


def test_a_fact_that_travels_replaces_the_one_that_came() -> None:
    outgoing: dict[str, str] = {}

    with (
        clearspan.extract({"baggage": "clearspan.user=ann,clearspan.run=r-1"}),
        clearspan.context(user="bob", propagate=True),
    ):
        clearspan.inject(outgoing)

    assert outgoing == {"baggage": "clearspan.run=r-1,clearspan.user=bob"}


def test_baggage_stays_within_its_bound(caplog: pytest.LogCaptureFixture) -> None:
    outgoing: dict[str, str] = {}

    with (
        clearspan.extract({"baggage": f"theirs={'x' * 8_000}"}),
        clearspan.context(user="é" * 100, session="s-1", propagate=True),
    ):
        clearspan.inject(outgoing)

    assert outgoing["baggage"].endswith("x,clearspan.session=s-1")
    assert len(outgoing["baggage"]) <= 8_192
    assert "user has no room in the baggage" in caplog.text


@pytest.mark.parametrize(
    "baggage",
    [
        "clearspan.password=x",
        "clearspan.step_index=many",
        "clearspan.user",
        "clearspan.user=",
        "clearspan.=x",
        "xclearspan.user=ann",
        ",,;=,clearspan",
    ],
)
def test_baggage_that_makes_no_sense_gives_no_facts(baggage: str) -> None:
    with (
        capture_spans() as spans,
        clearspan.extract({"traceparent": TRACE, "baggage": baggage}),
        clearspan.span("callee"),
    ):
        pass

    assert spans[0].facts() == {}


def test_the_own_context_wins_over_what_came() -> None:
    with (
        capture_spans() as spans,
        clearspan.context(user="bob"),
        clearspan.extract({"baggage": "clearspan.user=ann,clearspan.tags=beta"}),
        clearspan.span("callee"),
    ):
        pass

    assert spans[0].facts() == {"user": "bob", "tags": ["beta"]}
