"""Scores: sent beside the spans, once, and never in the program's way."""

import json
import socket

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
        "source": "sdk",
    }
    assert (second["value"], second["session_id"]) == (True, "s-1")
    assert "trace_id" not in second


def test_a_score_that_did_not_arrive_is_sent_again_with_its_id(recording: Receiver) -> None:
    recording.answers = [Answer(503)]

    clearspan.score("helpful", 1, trace_id="0" * 31 + "1")

    wait_until(clearspan.flush)
    first, second = scores(recording)
    assert first == second


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (404, "a score was refused (404): this server takes no scores"),
        (405, "a score was refused (405): this server takes no scores"),
        (403, "a score was refused (403): the key may not write scores"),
        (400, "a score was refused (400): no such trace"),
    ],
)
def test_a_refused_score_is_told_once_in_words_and_makes_flush_false(
    receiver: Receiver, programs: Programs, status: int, told: str
) -> None:
    source = """
import clearspan

for _ in range(2):
    clearspan.score("helpful", 1, session="s-1")
print(clearspan.flush(), clearspan.flush())
"""
    body = b'{"error": {"code": "refused", "message": "no such trace"}}'
    receiver.answers = [Answer(status, body=body)] * 2

    ended = programs.run(source, CLEARSPAN_ENDPOINT=receiver.url)

    assert (ended.code, ended.out) == (0, "False True\n")  # nothing was lost since
    assert len(scores(receiver)) == 2
    assert ended.err.count(told) == 1
    assert ended.err.splitlines()[1:] == ["clearspan: recording ended with 2 scores unsent"]


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
    assert "scores wait, for the server does not answer" in ended.err
    assert "recording ended with 1 score unsent" in ended.err


UNSENT = """
import clearspan

for _ in range(2):
    clearspan.score("helpful", 1, session="s-1")
for name in ("calls", "hits", "misses"):
    clearspan.counter(name).add(1, model="a")
print(clearspan.flush({timeout_s}))
"""


def test_what_a_server_that_is_away_did_not_take_is_counted_at_the_end(programs: Programs) -> None:
    source = UNSENT.format(timeout_s=5)

    ended = programs.run(source, CLEARSPAN_ENDPOINT="http://127.0.0.1:9")

    assert (ended.code, ended.out) == (0, "False\n")
    assert ended.err.count("recording ended with 2 scores and 3 metrics unsent") == 1


def test_what_a_server_that_hangs_did_not_take_is_counted_at_the_end(programs: Programs) -> None:
    source = UNSENT.format(timeout_s=0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"

        ended = programs.run(source, CLEARSPAN_ENDPOINT=url, CLEARSPAN_EXIT_S="0.5")

    assert (ended.code, ended.out) == (0, "False\n")
    assert ended.err.count("recording ended with 2 scores and 3 metrics unsent") == 1


def test_what_a_server_refused_is_counted_at_the_end(
    programs: Programs, receiver: Receiver
) -> None:
    receiver.answers = [Answer(405)] * 3

    ended = programs.run(UNSENT.format(timeout_s=5), CLEARSPAN_ENDPOINT=receiver.url)

    assert (ended.code, ended.out) == (0, "False\n")
    assert "this server takes no scores" in ended.err
    assert "the server takes no metrics" in ended.err
    assert "recording ended with 2 scores and 3 metrics unsent" in ended.err


def test_a_score_after_the_end_is_sent_at_once(programs: Programs, receiver: Receiver) -> None:
    source = """
import atexit

def last():
    clearspan.score("helpful", 1, session="s-2")

atexit.register(last)
import clearspan
clearspan.score("helpful", 1, session="s-1")
"""

    ended = programs.run(source, CLEARSPAN_ENDPOINT=receiver.url)

    assert (ended.code, ended.err) == (0, "")
    assert [score["session_id"] for score in scores(receiver)] == ["s-1", "s-2"]


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
