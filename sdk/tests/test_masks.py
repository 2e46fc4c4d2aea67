"""What leaves the process: capture modes, masks, secrets, and the program's own hook."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

import clearspan
from clearspan.testing import capture_spans
from receiver import Receiver


@pytest.fixture
def record(receiver: Receiver) -> Iterator[Callable[..., None]]:
    """Makes the process record to the receiver with the settings given."""

    def start(**settings: object) -> None:
        clearspan.init(endpoint=receiver.url, service="tests", **settings)  # type: ignore[arg-type]  # of any type

    yield start
    clearspan.init(exporters=[])  # and with full capture


Record = Callable[..., None]


def attributes(receiver: Receiver, name: str) -> dict[str, object]:
    assert clearspan.flush()
    found: dict[str, object] = receiver.span(name)["attributes"]
    return found


def test_secrets_are_masked_by_their_names(recording: Receiver) -> None:
    arguments = {
        "user": "ann",
        "password": 1234,
        "options": [{"apiKey": "sk-1", "max_tokens": 5, "verbose": True}],
        "has_password": True,
        "token": None,
    }

    with clearspan.tool_span("login", arguments=arguments) as span:
        span.set({"http.request.header.set-cookie": "id=1", "next_token": "abc", "token": 7})
        span.result = '{"access_token": "a\\"b", "expires": 3600, "tokens": 12}'

    sent = attributes(recording, "login")
    assert json.loads(str(sent["gen_ai.tool.call.arguments"])) == {
        "user": "ann",
        "password": "***",
        "options": [{"apiKey": "***", "max_tokens": 5, "verbose": True}],
        "has_password": True,
        "token": None,
    }
    assert sent["http.request.header.set-cookie"] == "***"
    assert sent["next_token"] == "***"
    assert sent["token"] == 7
    assert json.loads(str(sent["gen_ai.tool.call.result"])) == {
        "access_token": "***",
        "expires": 3600,
        "tokens": 12,
    }


def test_the_definition_of_a_tool_keeps_its_keys() -> None:
    tools = [{"name": "login", "parameters": {"properties": {"password": {"type": "string"}}}}]

    with capture_spans() as spans, clearspan.llm_span(tools=tools, usage={"input": 3}):
        pass

    assert spans[0].facts() == {"tools": tools, "usage": {"input": 3}}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to ann.b+c@mail.example.com.", "write to ***."),
        ("card 4111 1111 1111 1111, 4111111111111111", "card ***, ***"),
        ("call +49 (30) 901820 or +14155550100", "call *** or ***"),
        ("key sk-proj-abcdefghijklmnop", "key ***"),
        ("AKIAIOSFODNN7EXAMPLE", "***"),
        ("jwt eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln, -eyJhbGci.eyJzdWI.", "jwt ***, ***"),
        ("eyJ-" * 15_000, None),  # in quadratic time this takes ten seconds
        ("Authorization: Bearer abcdef123456", "Authorization: ***"),
        ("on 2026-11-21 at 12:30, 1763731200000 ms, 3.14159", None),
        ("order 12-34-56 of 1 000 000 pieces", None),
    ],
)
def test_masked_capture_masks_personal_data(record: Record, text: str, masked: str | None) -> None:
    record(capture="masked")

    with capture_spans() as spans, clearspan.span("work", input={"text": [text]}, note=text):
        pass

    assert spans[0].facts() == {"input": {"text": [masked or text]}, "note": masked or text}


def test_own_masks_hold_everywhere(record: Record, receiver: Receiver) -> None:
    record(masks=[r"order-\d+"])

    facts = {"input": {"order-42": "Where is order-42?"}, "parameters": {"stop": "order-9"}}
    with (
        suppress(ValueError),
        clearspan.context(user="order-7"),
        clearspan.tool_span("ask", **facts),
        clearspan.span("find order-42"),
    ):
        raise ValueError("order-1 is lost")

    sent = attributes(receiver, "ask")
    span = receiver.span("ask")
    assert "order-" not in json.dumps(sent)
    assert receiver.span("find ***")["parentSpanId"] == span["spanId"]
    assert span["status"]["message"] == "*** is lost"
    stack = next(
        fact["value"]["stringValue"]
        for fact in span["events"][0]["attributes"]
        if fact["key"] == "exception.stacktrace"
    )
    assert "ValueError: *** is lost" in stack


def test_a_mask_that_cannot_be_read_leaves_content_out(
    record: Record, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("CLEARSPAN_STRICT")
    record(masks=["(unclosed"])

    with capture_spans() as spans, clearspan.span("work", input="secret", user="ann"):
        pass

    assert spans[0].facts() == {"input": None, "user": "ann"}
    assert "(unclosed" in caplog.text


def test_errors_capture_keeps_content_of_failed_spans_only(
    record: Record, receiver: Receiver
) -> None:
    record(capture="errors")

    with suppress(ValueError), clearspan.span("outer", input="question"):
        with clearspan.span("fine", input="question", size=3):
            pass
        raise ValueError("bad")

    assert attributes(receiver, "fine") == {"size": 3}
    assert attributes(receiver, "outer")["clearspan.input"] == "question"


def test_the_hook_decides_what_is_sent(record: Record, receiver: Receiver) -> None:
    def redact(name: str, value: object) -> object:
        return f"{name} of {value}" if name in {"input", "user", "error.message"} else value

    record(redact=redact)

    with clearspan.span("work", input="ann", user="bob", size=3) as span:
        span.error("Refused", "by ann")

    sent = attributes(receiver, "work")
    assert sent["clearspan.input"] == "input of ann"
    assert sent["user.id"] == "user of bob"
    assert sent["size"] == 3
    assert receiver.span("work")["status"]["message"] == "error.message of by ann"


def test_a_hook_that_fails_loses_the_field_and_nothing_else(
    record: Record, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    def redact(name: str, value: object) -> object:
        if name == "input":
            raise RuntimeError(value)
        return value

    record(redact=redact)

    for _ in range(2):
        with clearspan.span("work", input="ann", size=3):
            pass
    assert clearspan.flush()

    assert [len(span["attributes"]) for span in receiver.spans()] == [1, 1]
    told = [message for message in caplog.messages if "redact failed (RuntimeError)" in message]
    assert len(told) == 1


def test_the_hook_may_be_named_by_a_variable(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as variables:
        variables.setenv("CLEARSPAN_REDACT", "operator:eq")  # name == value
        variables.setenv("CLEARSPAN_MASKS", "ann\nbob")
        record()

    with capture_spans() as spans, clearspan.span("work", same="same", note="ann and bob"):
        pass

    assert spans[0].facts() == {"same": True, "note": False}
