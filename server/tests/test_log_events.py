"""Log events complete their span by HTTP: before it or after it, in one request or several, or where it never comes."""

from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from running import Server, settle
from sending import post, request_of, span

PROJECT = "log-events"
CHAT: dict[str, object] = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini"}


def request(made: Span, *messages: tuple[str, str], finish: str = "stop") -> bytes:
    """Log events of a span: name and content, in this order from its start."""
    sent = ExportLogsServiceRequest()
    records = sent.resource_logs.add().scope_logs.add().log_records
    for number, (name, content) in enumerate(messages):
        record = records.add(trace_id=made.trace_id, span_id=made.span_id, event_name=name)
        record.time_unix_nano = made.start_time_unix_nano + number
        held = record.body.kvlist_value.values
        if name == "gen_ai.choice":
            message = held.add(key="message")
            message.value.kvlist_value.values.add(key="content").value.string_value = content
            held.add(key="finish_reason").value.string_value = finish
        else:
            held.add(key="content").value.string_value = content
    return sent.SerializeToString()


def send(server: Server, signal: str, body: bytes) -> None:
    assert post(server.url, f"/v1/{signal}?project={PROJECT}", body) == (200, b"")


def shown(server: Server, made: Span) -> Any:
    """The span as the API gives it, once all that was sent has come to it."""
    settle(server)
    trace_id, span_id = made.trace_id.hex(), made.span_id.hex()
    return server.get(f"/api/v1/traces/{trace_id}/spans/{span_id}?project={PROJECT}")


def texts(messages: Any) -> list[tuple[str, str]]:
    return [(one["role"], one["parts"][0]["content"]) for one in messages]


QUESTION = (("gen_ai.system.message", "Be terse."), ("gen_ai.user.message", "Capital of France?"))
ANSWER = ("gen_ai.choice", "Paris.")


@pytest.mark.parametrize("order", ["span first", "span last", "span between"])
def test_a_conversation_of_log_events_is_shown_on_its_span(server: Server, order: str) -> None:
    made = span("chat gpt-4o-mini", CHAT)
    requests = [("logs", request(made, *QUESTION)), ("logs", request(made, ANSWER))]
    at = {"span first": 0, "span between": 1, "span last": 2}[order]
    requests.insert(at, ("traces", request_of([made])))

    for signal, body in requests:
        send(server, signal, body)

    found = shown(server, made)
    assert texts(found["input_messages"]) == [
        ("system", "Be terse."),
        ("user", "Capital of France?"),
    ]
    assert texts(found["output_messages"]) == [("assistant", "Paris.")]
    assert (found["name"], found["status"], found["kind"]) == ("chat gpt-4o-mini", "ok", "llm")
    assert found["finish_reason"] == "stop"


def test_a_stream_that_was_left_is_cancelled_also_when_a_log_event_says_so(server: Server) -> None:
    made = span("chat gpt-4o-mini", CHAT)
    send(server, "traces", request_of([made]))

    send(server, "logs", request(made, *QUESTION, ANSWER, finish="error"))

    found = shown(server, made)
    assert (found["status"], found["error_class"]) == ("cancelled", "cancelled")


def test_log_events_that_are_sent_again_change_nothing(server: Server) -> None:
    made = span("chat gpt-4o-mini", CHAT)
    body = request(made, *QUESTION, ANSWER)

    for signal, sent in (("logs", body), ("traces", request_of([made])), ("logs", body)):
        send(server, signal, sent)

    found = shown(server, made)
    assert len(found["input_messages"]) == 2
    assert len(found["output_messages"]) == 1


def test_log_events_whose_span_never_comes_are_shown_as_one_that_is_open(server: Server) -> None:
    made = span("never sent")

    send(server, "logs", request(made, *QUESTION, ANSWER))

    found = shown(server, made)
    assert (found["name"], found["kind"], found["status"]) == ("chat", "llm", "open")
    assert found["end"] is None


def test_inputs_of_two_events_that_are_no_conversation_stop_no_other_trace(server: Server) -> None:
    made, innocent = span("chat gpt-4o-mini", CHAT), span("innocent")
    for number in range(2):
        event = ExportLogsServiceRequest()
        record = event.resource_logs.add().scope_logs.add().log_records.add()
        record.trace_id, record.span_id = made.trace_id, made.span_id
        record.time_unix_nano = made.start_time_unix_nano + number
        record.event_name = "gen_ai.client.inference.operation.details"
        held = record.attributes.add(key="clearspan.input").value
        held.string_value = f'[{{"question": "{number}"}}]'
        send(server, "logs", event.SerializeToString())
    send(server, "traces", request_of([made, innocent]))

    settle(server)

    assert listed(server) >= {"chat gpt-4o-mini", "innocent"}


def listed(server: Server) -> set[str]:
    return {one["name"] for one in server.get(f"/api/v1/traces?project={PROJECT}")["traces"]}
