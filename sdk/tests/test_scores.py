"""Scores: sent beside the spans, once, and never in the program's way."""

import json

import pytest

import clearspan
from programs import Programs
from receiver import Answer, Receiver
from waiting import wait_until

PATH = "/api/v1/scores"


def scores(receiver: Receiver) -> list[dict[str, object]]:
    return [json.loads(post.body) for post in receiver.posts(PATH)]


def test_the_current_span_is_scored(recording: Receiver) -> None:
    with clearspan.span("answer") as span:
        clearspan.score("helpful", 0.9, comment="cites its source")
    clearspan.score("angry", value=True, session="s-1")

    assert clearspan.flush()
    first, second = scores(recording)
    assert len(str(first.pop("id"))) == 32
    assert first == {
        "name": "helpful",
        "value": 0.9,
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "comment": "cites its source",
    }
    assert (second["value"], second["session_id"]) == (True, "s-1")
    assert "trace_id" not in second


def test_a_score_that_did_not_arrive_is_sent_again_with_its_id(recording: Receiver) -> None:
    recording.answers = [Answer(503)]

    clearspan.score("helpful", 1, trace_id="0" * 31 + "1")

    wait_until(clearspan.flush)
    first, second = scores(recording)
    assert first == second


@pytest.mark.parametrize(("status", "told"), [(404, "no /api/v1/scores (404)"), (400, "refused")])
def test_a_server_that_takes_none_is_told_once(
    recording: Receiver, caplog: pytest.LogCaptureFixture, status: int, told: str
) -> None:
    recording.answers = [Answer(status), Answer(status)]

    for _ in range(2):
        clearspan.score("helpful", 1, session="s-1")

    assert clearspan.flush()
    assert len(scores(recording)) == 2
    assert sum(told in message for message in caplog.messages) == 1


def test_a_score_of_nothing_is_told(recording: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    clearspan.score("helpful", 1)

    assert clearspan.flush()
    assert scores(recording) == []
    assert "outside of a trace" in caplog.text


def test_comments_are_texts_of_users(receiver: Receiver) -> None:
    clearspan.init(endpoint=receiver.url, capture="metadata")
    clearspan.score("helpful", 1, session="s-1", comment="says Ann")
    assert clearspan.flush()
    clearspan.init(endpoint=receiver.url, masks=["Ann"])
    clearspan.score("helpful", float("nan"), session="s-1", comment="says Ann")
    assert clearspan.flush()
    clearspan.init(exporters=[])

    first, second = scores(receiver)
    assert "comment" not in first
    assert (second["comment"], second["value"]) == ("says ***", "nan")


def test_scores_are_sent_at_the_end_of_the_program(programs: Programs, receiver: Receiver) -> None:
    source = "import clearspan\nclearspan.score('helpful', 1, session='s-1')\n"

    ended = programs.run(source, CLEARSPAN_ENDPOINT=receiver.url)

    assert (ended.code, ended.err) == (0, "")
    assert [score["session_id"] for score in scores(receiver)] == ["s-1"]


def test_without_a_server_a_program_with_scores_ends_soon(programs: Programs) -> None:
    source = "import clearspan\nclearspan.score('helpful', 1, session='s-1')\n"

    ended = programs.run(source, CLEARSPAN_ENDPOINT="http://127.0.0.1:9")

    assert ended.code == 0
    assert "takes no scores" in ended.err


CHILD = """
import multiprocessing
import clearspan

def work():
    with clearspan.span("root"):
        clearspan.score("helpful", 1)
        with clearspan.span("child"):
            pass

if __name__ == "__main__":
    child = multiprocessing.get_context("spawn").Process(target=work)
    child.start()
    child.join()
"""


def test_children_of_multiprocessing_deliver_scores_and_what_was_held(
    programs: Programs, receiver: Receiver
) -> None:
    ended = programs.run(CHILD, CLEARSPAN_ENDPOINT=receiver.url, CLEARSPAN_SAMPLE="0.999999")

    assert (ended.code, ended.err) == (0, "")
    assert len(scores(receiver)) == 1
    assert {span["name"] for span in receiver.spans()} == {"root", "child"}
