"""Errors and cancellations as clients of all kinds tell them."""

import pytest

from clearspan_server.ingest.normalise.errors import error_class
from normalising import event, normalised

LIMIT = "Error code: 429 - Rate limit reached for gpt-4o: Limit 200000, Used 199500"


@pytest.mark.parametrize(
    ("error_type", "message", "found"),
    [
        ("openai.RateLimitError", "", "rate_limit"),
        ("rate_limit_error", "", "rate_limit"),
        ("Exception", LIMIT, "rate_limit"),
        ("429", "", "rate_limit"),
        ("ThrottlingException", "", "rate_limit"),
        ("overloaded_error", "", "overloaded"),
        ("529", "", "overloaded"),
        ("openai.BadRequestError", "context_length_exceeded", "context_length"),
        (
            "invalid_request_error",
            "prompt is too long: 210000 tokens > 200000 maximum",
            "context_length",
        ),
        ("BadRequestError", "content management policy", "content_filter"),
        ("AuthenticationError", "", "auth"),
        ("openai.APITimeoutError", "", "timeout"),
        ("504", "", "timeout"),
        ("httpx.RemoteProtocolError", "", "connection"),
        ("InternalServerError", "", "server"),
        ("openai.APIError", "The server had an error while processing", "server"),
        ("Exception", "used 1500 of 2400 tokens", "other"),
        ("", "", "other"),
        ("asyncio.CancelledError", "", "cancelled"),
        ("Exception", "GeneratorExit()", "cancelled"),
        ("APIUserAbortError", "Request was aborted.", "cancelled"),
    ],
)
def test_both_vocabularies_come_to_one_class(error_type: str, message: str, found: str) -> None:
    assert error_class(error_type, message) == found


@pytest.mark.parametrize("status", [0, 1, 2])
def test_leaving_a_stream_is_no_error_whatever_the_status_says(status: int) -> None:
    left = event("exception", exception__type="GeneratorExit", exception__message="")

    span = normalised({}, left, status=status)

    assert (span.status, span.error_class) == ("cancelled", "cancelled")


def test_an_exception_on_a_span_that_calls_itself_fine_is_an_error() -> None:
    raised = event("exception", exception__type="ValueError", exception__message="boom")

    span = normalised({}, raised, status=1)

    assert (span.status, span.error_type, span.error_message) == ("error", "ValueError", "boom")


def test_an_exception_that_was_recorded_twice_is_one() -> None:
    raised = [event("exception", after_ms, exception__type="E") for after_ms in (1, 2)]
    other = event("exception", 3, exception__type="F")

    span = normalised({}, *raised, other, status=2)

    assert span.error_type == "F"


@pytest.mark.parametrize("finish", [[], ["stop"]])
def test_a_stream_with_neither_end_nor_usage_was_cut_short(finish: list[str]) -> None:
    span = normalised(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.stream": True,
            "gen_ai.response.finish_reasons": list(finish),
        }
    )

    assert span.status == ("ok" if finish else "cancelled")


def test_a_plain_call_without_finish_reason_is_fine() -> None:
    assert normalised({"gen_ai.operation.name": "chat"}).status == "ok"


def test_a_failed_request_has_the_class_of_its_http_status() -> None:
    span = normalised({"http.method": "POST", "http.status_code": 429}, status=2)

    assert (span.kind, span.error_class) == ("http", "rate_limit")
