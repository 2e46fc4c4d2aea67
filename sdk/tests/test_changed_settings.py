"""Other settings in the middle of a program: what was recorded before leaves as it was to leave."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

import clearspan
from receiver import Receiver
from waiting import wait_until

SCORES = "/api/v1/scores"
NO_SERVER = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def and_back() -> Iterator[None]:
    yield
    clearspan.init(exporters=[])
    clearspan.flush()


def hide(_name: str, _value: object) -> object:
    return "hidden"


@pytest.mark.parametrize(
    "former",
    [{"masks": ["Ann"]}, {"redact": hide}, {"capture": "errors"}],
    ids=["masks", "redact", "capture"],
)
def test_what_waits_leaves_under_the_rules_that_it_was_recorded_under(
    receiver: Receiver, former: dict[str, Any]
) -> None:
    receiver.is_held = True
    clearspan.init(endpoint=receiver.url, service="former", **former)
    clearspan.span("first").end()
    wait_until(receiver.posts)

    with clearspan.span("ask", input="I am Ann", note="of Ann"):  # waits behind the first
        pass
    clearspan.init(endpoint=receiver.url, service="later")
    with clearspan.span("ask again", input="I am Bob"):
        pass
    receiver.is_held = False

    wait_until(lambda: len(receiver.spans()) == 3)
    assert "Ann" not in json.dumps(receiver.spans())
    assert receiver.span("ask again")["attributes"]["clearspan.input"] == "I am Bob"


def test_a_score_goes_where_it_was_to_go_or_nowhere(receiver: Receiver) -> None:
    clearspan.init(endpoint=NO_SERVER, key="cs_former_secret")
    clearspan.score("helpful", 1, session="s-1", comment="for the former server")
    assert not clearspan.flush(0.1)

    clearspan.init(endpoint=receiver.url, masks=["Ann"])
    clearspan.score("helpful", 2, session="s-1", comment="says Ann")

    wait_until(lambda: receiver.posts(SCORES))
    assert not clearspan.flush()  # one is lost
    assert clearspan.flush()
    [post] = receiver.posts(SCORES)
    assert json.loads(post.body)["comment"] == "says ***"


def test_what_nobody_acknowledged_before_makes_the_next_flush_false(receiver: Receiver) -> None:
    clearspan.init(endpoint=NO_SERVER)
    clearspan.span("lost").end()

    clearspan.init(endpoint=receiver.url)
    clearspan.span("new").end()

    assert not clearspan.flush()
    assert clearspan.flush()
    assert [span["name"] for span in receiver.spans()] == ["new"]
