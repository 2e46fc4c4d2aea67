"""Spans through the front door: what a program records is what a server receives."""

import json
import time

import pytest

import clearspan
from clearspan.testing import capture_spans
from programs import Programs
from receiver import Receiver


def test_a_span_arrives_with_its_place_time_and_attributes(recording: Receiver) -> None:
    before_ns = time.time_ns()

    with clearspan.span("outer") as outer, clearspan.span("inner", user="ann", size=3) as inner:
        inner.set({"cart.items": 2.5}, fresh=True)

    assert clearspan.flush()
    received = recording.span("inner")
    assert received["traceId"] == outer.trace_id
    assert received["parentSpanId"] == outer.span_id
    assert "parentSpanId" not in recording.span("outer")
    assert before_ns <= int(received["startTimeUnixNano"]) <= int(received["endTimeUnixNano"])
    assert received["attributes"] == {
        "user.id": "ann",
        "size": 3,
        "cart.items": 2.5,
        "fresh": True,
    }


def test_a_model_call_arrives_in_the_words_of_opentelemetry(recording: Receiver) -> None:
    question = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Weather in Paris?"},
    ]
    call = {"id": "c1", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}

    with clearspan.llm_span("chat", provider="openai", model="gpt-4o", input=question) as span:
        span.parameters = {"temperature": 0.2, "max_tokens": 100, "logprobs": True}
        span.first_token()
        span.output = {"role": "assistant", "content": None, "tool_calls": [call]}
        span.response_id, span.response_model = "resp-1", "gpt-4o-2024-08-06"
        span.finish_reason = "tool_call"
        span.usage = {
            "input": 20,
            "output": 9,
            "cache_read": 16,
            "reasoning": 4,
            "total": 29,
            "video": 1,
        }

    assert clearspan.flush()
    sent = recording.span("chat")["attributes"]
    assert json.loads(sent.pop("gen_ai.input.messages")) == [
        {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
        {"role": "user", "parts": [{"type": "text", "content": "Weather in Paris?"}]},
    ]
    part = {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Paris"}}
    assert json.loads(sent.pop("gen_ai.output.messages")) == [
        {"role": "assistant", "parts": [part]}
    ]
    assert 0 <= sent.pop("gen_ai.response.time_to_first_chunk") < 10
    assert sent == {
        "clearspan.kind": "llm",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.max_tokens": 100,
        "clearspan.request.logprobs": True,
        "gen_ai.request.stream": True,
        "gen_ai.response.id": "resp-1",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.response.finish_reasons": ["tool_call"],
        "gen_ai.usage.input_tokens": 20,
        "gen_ai.usage.output_tokens": 9,
        "gen_ai.usage.cache_read.input_tokens": 16,
        "gen_ai.usage.reasoning.output_tokens": 4,
        "gen_ai.usage.total_tokens": 29,
        "clearspan.usage.video": 1,
    }


def test_a_tool_a_retrieval_and_an_agent_arrive_with_their_facts(recording: Receiver) -> None:
    documents = [
        {"id": "d1", "content": "Paris is …", "score": 0.9, "metadata": {"page": 4}},
        "raw",
    ]

    with clearspan.agent_span("support", input="Where?") as agent:
        with clearspan.retrieval_span("kb", query="capital", k=5) as search:
            search.documents = documents
        with clearspan.tool_span("weather", tool_call_id="c1", arguments={"city": "Paris"}) as tool:
            tool.result = "18 °C"
        agent.output = {"answer": 42}

    assert clearspan.flush()
    found = recording.span("kb")["attributes"]
    assert json.loads(found.pop("gen_ai.retrieval.documents")) == [
        documents[0],
        {"content": "raw"},
    ]
    assert found == {
        "clearspan.kind": "retriever",
        "gen_ai.operation.name": "retrieval",
        "gen_ai.retrieval.query.text": "capital",
        "gen_ai.retrieval.top_k": 5,
    }
    assert recording.span("weather")["attributes"] == {
        "clearspan.kind": "tool",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "weather",
        "gen_ai.tool.call.id": "c1",
        "gen_ai.tool.call.arguments": '{"city":"Paris"}',
        "gen_ai.tool.call.result": "18 °C",
    }
    assert recording.span("support")["attributes"] == {
        "clearspan.kind": "agent",
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "support",
        "clearspan.input": "Where?",
        "clearspan.output": '{"answer":42}',
    }


def test_a_context_gives_its_facts_to_every_span_inside(recording: Receiver) -> None:
    with (
        clearspan.context(user="ann", session="s-1", tags=["beta", "eu"]),
        clearspan.span("first"),
        clearspan.context(user="bob", plan="pro"),
        clearspan.span("second"),
    ):
        pass

    assert clearspan.flush()
    first, second = recording.span("first"), recording.span("second")
    assert first["attributes"] == {
        "user.id": "ann",
        "session.id": "s-1",
        "gen_ai.conversation.id": "s-1",
        "clearspan.tags": ["beta", "eu"],
    }
    assert second["attributes"] == {**first["attributes"], "user.id": "bob", "plan": "pro"}
    assert second["parentSpanId"] == first["spanId"]


def test_an_exception_passes_unchanged_and_is_recorded_with_its_stack(recording: Receiver) -> None:
    error = ValueError("no such order: 7")

    with pytest.raises(ValueError, match="order: 7") as caught, clearspan.span("lookup"):
        raise error

    assert caught.value is error
    assert clearspan.flush()
    span = recording.span("lookup")
    assert span["status"] == {"code": 2, "message": "no such order: 7"}
    assert span["attributes"] == {"error.type": "ValueError"}
    (event,) = span["events"]
    stack = event["attributes"][2]["value"]["stringValue"]
    assert [item["key"] for item in event["attributes"]] == [
        "exception.type",
        "exception.message",
        "exception.stacktrace",
    ]
    assert "raise error" in stack
    assert "test_spans.py" in stack


@pytest.mark.parametrize(
    ("stop", "status"),
    [
        (KeyboardInterrupt(), "cancelled"),
        (GeneratorExit(), "cancelled"),
        (SystemExit(1), "cancelled"),
        (SystemExit(0), "ok"),
    ],
)
def test_a_stop_from_outside_is_not_an_error(stop: BaseException, status: str) -> None:
    with capture_spans() as spans, pytest.raises(type(stop)), clearspan.span("work"):
        raise stop

    assert spans[0].status == status
    assert spans[0].failure is None


def test_a_cancelled_span_says_so_on_the_wire(recording: Receiver) -> None:
    with clearspan.span("download") as span:
        span.cancel()

    assert clearspan.flush()
    received = recording.span("download")
    assert received["attributes"] == {"clearspan.status": "cancelled"}
    assert "status" not in received


def test_an_error_can_be_named_without_an_exception(recording: Receiver) -> None:
    with clearspan.span("call") as span:
        span.error("rate_limit", "429 Too Many Requests")

    assert clearspan.flush()
    received = recording.span("call")
    assert received["attributes"] == {"error.type": "rate_limit"}
    assert received["status"]["message"] == "429 Too Many Requests"


def test_a_span_ends_once() -> None:
    with capture_spans() as spans:
        with clearspan.span("work") as span:
            span.end()
        span.end()

    assert spans == [span]


def test_a_span_that_is_forgotten_ends_as_cancelled() -> None:
    with capture_spans() as spans:
        clearspan.span("forgotten")

    assert [(span.name, span.status) for span in spans] == [("forgotten", "cancelled")]


def test_a_list_that_the_program_changes_later_is_recorded_as_it_was() -> None:
    messages = [{"role": "user", "content": "one"}]

    with capture_spans() as spans, clearspan.llm_span("chat", input=messages) as span:
        messages.append({"role": "user", "content": "two"})
        messages[0]["content"] = "changed"

    assert span in spans
    assert span.input == [{"role": "user", "content": "one"}]


def test_a_misspelt_field_is_sent_as_an_attribute(recording: Receiver) -> None:
    with clearspan.span("work") as span:
        setattr(span, "documnets", ["a"])  # noqa: B010  # the mistake under test

    assert clearspan.flush()
    assert recording.span("work")["attributes"] == {"documnets": ["a"]}


def test_odd_values_do_not_spoil_a_request(recording: Receiver) -> None:
    with clearspan.span("odd \ud800") as span:
        span.set(
            {"huge": 2**70, "nan": float("nan"), "half": "\udc00", "none": None, "obj": object()}
        )
        span.output = {"logprob": float("-inf"), "text": "ok"}

    assert clearspan.flush()
    assert recording.span("odd ?")["attributes"] == {
        "huge": str(2**70),
        "nan": "nan",
        "half": "?",
        "obj": "<builtins.object>",
        "clearspan.output": '{"logprob":"-inf","text":"ok"}',
    }


def test_what_was_cut_is_listed_with_its_full_size(recording: Receiver) -> None:
    with clearspan.span("long", input="é" * 100_000, output=list(range(5_000)), note="short"):
        pass

    assert clearspan.flush()
    sent = recording.span("long")["attributes"]
    assert sent["clearspan.truncated"] == ["input:200000", "output:0"]
    assert len(sent["clearspan.input"]) == 65_536
    assert json.loads(sent["clearspan.output"])[-1] == "… 4000 more"


SECRET = "Secretta"


def test_the_usage_of_a_provider_is_read_as_it_means_it(recording: Receiver) -> None:
    with clearspan.llm_span("chat", model="claude") as span:
        span.usage = {"input_tokens": 4, "cache_read_input_tokens": 16, "output_tokens": 5}

    assert clearspan.flush()
    attributes = recording.span("chat")["attributes"]
    assert attributes["gen_ai.usage.input_tokens"] == 20  # Anthropic's is without the cache
    assert attributes["gen_ai.usage.cache_read.input_tokens"] == 16
    assert attributes["gen_ai.usage.output_tokens"] == 5


def test_metadata_mode_sends_no_text_of_users_or_models(receiver: Receiver) -> None:
    clearspan.init(endpoint=receiver.url, capture="metadata")

    @clearspan.trace
    def greet(name: str) -> str:
        with clearspan.llm_span("chat", model="m", input=name) as span:
            span.output, span.usage = name, {"input": 3}
            span.set(query=name, arguments={"name": name})
        raise ValueError(name)

    with pytest.raises(ValueError, match=SECRET):
        greet(SECRET)

    assert clearspan.flush()
    assert SECRET.encode() not in b"".join(request.body for request in receiver.posts())
    assert receiver.span("chat")["attributes"]["gen_ai.usage.input_tokens"] == 3
    assert receiver.span("greet")["attributes"]["error.type"] == "ValueError"


def test_metadata_mode_keeps_only_numbers_of_what_it_does_not_know(receiver: Receiver) -> None:
    clearspan.init(endpoint=receiver.url, capture="metadata", service="unknown names")

    with (
        clearspan.context(query=SECRET, user="ann", topic=SECRET),
        clearspan.llm_span(model="m", parameters={"top_p": 0.5, "messages": [SECRET]}) as span,
    ):
        setattr(span, "inptu", SECRET)  # noqa: B010  # the mistake under test
        span.set({"cart.items": 3, "cart.full": True, "cart.note": SECRET, "cart": [SECRET]})

    assert clearspan.flush()
    assert SECRET.encode() not in b"".join(request.body for request in receiver.posts())
    sent = receiver.span("chat m")["attributes"]
    assert (sent["cart.items"], sent["cart.full"], sent["user.id"]) == (3, True, "ann")
    assert sent["gen_ai.request.top_p"] == 0.5


def test_metadata_mode_of_the_environment_holds_from_the_first_span_on(
    receiver: Receiver, programs: Programs
) -> None:
    source = f"""
import clearspan

with clearspan.context(query="{SECRET}"), clearspan.llm_span(input="{SECRET}"):
    pass
"""

    ended = programs.run(source, CLEARSPAN_ENDPOINT=receiver.url, CLEARSPAN_CAPTURE="metadata")

    assert (ended.code, ended.err) == (0, "")
    assert receiver.span("chat")["name"] == "chat"
    assert SECRET.encode() not in b"".join(request.body for request in receiver.posts())


def test_a_model_call_is_named_after_its_operation_and_model() -> None:
    with capture_spans() as spans:
        clearspan.llm_span().end()
        clearspan.llm_span(model="gpt-4o").end()
        clearspan.llm_span(model="e5", operation="embeddings").end()
        clearspan.llm_span("mine", model="gpt-4o").end()

    assert [span.name for span in spans] == ["chat", "chat gpt-4o", "embeddings e5", "mine"]


def test_fields_can_be_read_and_are_none_until_they_are_set() -> None:
    early = clearspan.span("early")
    late = clearspan.span("late", step_parent="s-1", customer="acme")
    late.first_token()

    assert (early.step_parent, early.customer, early.first_token_ns) == (None, None, None)
    assert (late.step_parent, late.customer) == ("s-1", "acme")
    assert late.first_token_ns is not None
