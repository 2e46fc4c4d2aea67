"""Log records name the trace and the span in which they were made."""

import logging
from collections.abc import Iterator

import pytest

import clearspan
from clearspan.instrument import logging as instrumented_logging
from clearspan.testing import capture_spans
from receiver import Receiver

LOGGER = logging.getLogger("tests.instrument")


@pytest.fixture(autouse=True)
def instrumented() -> Iterator[None]:
    instrumented_logging.instrument()
    yield
    instrumented_logging.uninstrument()


def test_a_record_names_its_trace_and_span(caplog: pytest.LogCaptureFixture) -> None:
    with capture_spans(), clearspan.span("work") as span:
        LOGGER.warning("inside %s", "it")
    LOGGER.warning("outside")

    inside, outside = caplog.records
    assert vars(inside)["clearspan_trace_id"] == span.trace_id
    assert vars(inside)["clearspan_span_id"] == span.span_id
    assert inside.getMessage() == "inside it"
    assert vars(outside)["clearspan_trace_id"] == ""


def test_a_number_beside_a_message_goes_into_a_histogram(recording: Receiver) -> None:
    LOGGER.warning("ranked", extra={"clearspan_value": 0.25, "clearspan_unit": "s"})
    LOGGER.warning("ranked", extra={"clearspan_value": 3, "clearspan_name": "log.documents"})
    LOGGER.warning("ranked", extra={"clearspan_value": "many", "clearspan_name": "log.text"})
    LOGGER.debug("not handled", extra={"clearspan_value": 1, "clearspan_name": "log.debug"})

    assert clearspan.flush()
    sent = {
        metric["name"]: metric
        for request in recording.posts("/v1/metrics")
        for metric in request.json["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
    }
    assert {name for name in sent if name.startswith(("log.", "tests.instrument"))} == {
        "tests.instrument",
        "log.documents",
    }
    assert sent["tests.instrument"]["unit"] == "s"
    assert sent["log.documents"]["histogram"]["dataPoints"][0]["sum"] == 3


def test_uninstrumenting_puts_the_former_factory_back() -> None:
    instrumented_logging.instrument()

    instrumented_logging.uninstrument()

    assert logging.getLogRecordFactory() is logging.LogRecord


def test_a_factory_of_the_program_keeps_working(caplog: pytest.LogCaptureFixture) -> None:
    ours = logging.getLogRecordFactory()

    def theirs(*args: object, **kwargs: object) -> logging.LogRecord:
        record: logging.LogRecord = ours(*args, **kwargs)
        record.host = "here"
        return record

    logging.setLogRecordFactory(theirs)
    instrumented_logging.uninstrument()
    LOGGER.warning("hello")
    logging.setLogRecordFactory(logging.LogRecord)

    assert vars(caplog.records[0])["host"] == "here"
