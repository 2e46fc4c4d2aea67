"""What the two ends of an answer tell before it is read."""

import json

import pytest

from clearspan.wire import Answer, seems_well
from wire_bodies import endpoint, events

CHAT = "https://api.openai.com/v1/chat/completions"
SAID = {"choices": [{"index": 0, "delta": {"content": "Grüße 🎈"}, "finish_reason": "stop"}]}
LONG = [SAID] * 9
COMPLETED = {"type": "response.completed", "response": {"id": "r1", "error": None, "output": []}}
GOOGLES = {"candidates": [{"content": {"parts": [{"text": "Hi"}]}, "finishReason": "STOP"}]}
WHOLE = {
    "id": "c1",
    "model": "m",
    "choices": [{"message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1},
}
EVENTS = {"content-type": "text/event-stream"}
JSON = {"content-type": "application/json; charset=utf-8"}


@pytest.mark.parametrize(
    ("content", "is_well"),
    [
        (events(*LONG, "[DONE]"), True),
        (events(*LONG, "[DONE]").replace(b"\n", b"\r\n"), True),
        (events(*LONG, {"type": "message_stop"}), True),
        (events(*LONG, {"choices": [], "note": "[DONE]"}), False),
        (events(*LONG, {"error": {"message": "gone"}}, "[DONE]"), False),
        (events({"error": {"message": "gone"}}, *LONG, "[DONE]"), False),
        (events(*LONG, "[DONE]")[:-4], False),
        (events(*LONG, "[DONE]") + b": still here\n\n", False),
        (events(*LONG, "[DONE]").replace(b"\n\n", b"\n"), False),
        (events(*LONG) + b"data: [DONE] \n\n", False),
        (events(*LONG) + b'event: message_stop\ndata: {"type":"message_stop"   }\n\n', True),
        (events(*LONG) + b'data: {"type": "ping", "of": {"type":"message_stop"}}\n\n', False),
        (events({"type": "response.created", "response": {"error": None}}, COMPLETED), True),
        (events(COMPLETED, {**COMPLETED, "type": "response.incomplete"}), False),
        (events({"type": "response.failed", "response": {"error": {}}}, COMPLETED), False),
        (events(GOOGLES, GOOGLES), True),
        (events(GOOGLES, GOOGLES).replace(b"\n", b"\r\n"), True),
        (events(GOOGLES, GOOGLES)[:-6], False),
        (events(GOOGLES, GOOGLES)[:-4], False),
        (b"", False),
    ],
)
def test_a_stream_that_plainly_ended_well_need_not_be_read_to_know_it(
    content: bytes,
    is_well: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    answer = Answer(endpoint(CHAT), 200, EVENTS)
    answer.feed(content)

    assert seems_well(200, EVENTS, content) is is_well
    assert not is_well or (answer.is_complete and answer.error is None)


@pytest.mark.parametrize(
    ("content", "status", "headers", "is_well"),
    [
        (json.dumps(WHOLE).encode(), 200, JSON, True),
        (json.dumps(WHOLE).encode() + b"\n", 200, JSON, True),
        (json.dumps(WHOLE).encode()[:-1] + b",", 200, JSON, False),
        (json.dumps(WHOLE).encode(), 500, JSON, False),
        (b'{"error": {"message": "gone"}}', 200, JSON, False),
        (b'{"done": false}\n{"done": false}', 200, {"content-type": "application/x-ndjson"}, False),
        (b'{"done": false}\n{"done": false}', 200, JSON, False),
        (b'{"done": false}\r\n{"done": false}', 200, JSON, False),
        (b'{"done": false}', 200, {"content-type": "application/jsonl"}, False),
        (b": hi\n\n" + events(*LONG, "[DONE]"), 200, {}, False),
    ],
)
def test_a_document_that_plainly_is_whole_need_not_be_read_to_know_it(
    content: bytes,
    status: int,
    headers: dict[str, str],
    is_well: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    assert seems_well(status, headers, content) is is_well


@pytest.mark.parametrize("indent", [None, 1])
def test_a_document_that_was_cut_anywhere_does_not_seem_well(indent: int | None) -> None:
    content = json.dumps(WHOLE, indent=indent).encode()

    seeming = [end for end in range(len(content) + 1) if seems_well(200, JSON, content[:end])]

    assert seeming == [len(content)]
