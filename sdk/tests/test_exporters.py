"""Exporters besides OTLP: a file of JSON lines, Datadog's logs; also several at once."""

import json
from pathlib import Path

import pytest
from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

import clearspan
from receiver import Answer, Receiver


def record(count: int) -> None:
    for number in range(count):
        clearspan.span("work", number=number).end()


def numbers(path: Path) -> list[int]:
    """What the spans of a file counted, each line read as an OTLP request."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        message = Parse(line, ExportTraceServiceRequest())
        (span,) = message.resource_spans[0].scope_spans[0].spans
        found.append(next(a.value.int_value for a in span.attributes if a.key == "number"))
    return found


def test_a_file_has_one_otlp_request_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "made" / "spans.jsonl"
    monkeypatch.setenv("CLEARSPAN_FILE", str(path))
    clearspan.init(exporters=["jsonl"], service="lines")

    record(3)

    assert clearspan.flush()
    assert numbers(path) == [0, 1, 2]
    assert path.stat().st_mode & 0o777 == 0o600


def test_files_take_turns_by_size_and_the_oldest_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "spans.jsonl"
    monkeypatch.setenv("CLEARSPAN_FILE", str(path))
    monkeypatch.setenv("CLEARSPAN_FILE_BYTES", "100")
    monkeypatch.setenv("CLEARSPAN_FILE_COUNT", "3")
    clearspan.init(exporters=["jsonl"], service="turns")

    for number in range(5):
        clearspan.span("work", number=number).end()
        assert clearspan.flush()

    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "spans.jsonl",
        "spans.jsonl.1",
        "spans.jsonl.2",
    ]
    assert [numbers(tmp_path / f"spans.jsonl{end}") for end in (".2", ".1", "")] == [[2], [3], [4]]


def test_a_file_that_cannot_be_written_keeps_the_spans_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "spans.jsonl"
    path.mkdir()
    monkeypatch.setenv("CLEARSPAN_FILE", str(path))
    clearspan.init(exporters=["jsonl"], service="directory")
    record(1)
    assert not clearspan.flush(0.2)

    path.rmdir()

    assert clearspan.flush()
    assert numbers(path) == [0]


def test_datadog_gets_logs_that_name_service_trace_and_error(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARSPAN_DATADOG_URL", f"{receiver.url}/api/v2/logs")
    monkeypatch.setenv("DD_API_KEY", "secret")
    receiver.answers += [Answer(429, {"retry-after": "0"}, b""), Answer(202)]
    clearspan.init(exporters=["datadog"], service="shop", environment="staging", release="1.2")

    with clearspan.llm_span("chat", model="gpt-4o") as span:
        span.usage = {"input": 3, "output": 1}
        span.error("Timeout", "after 5 s")
        span.set({"distance": float("nan"), "digits": 10**5_000})

    assert clearspan.flush()
    first, second = receiver.posts("/api/v2/logs")
    assert first.body == second.body
    assert second.headers["dd-api-key"] == "secret"
    (entry,) = json.loads(second.body)
    assert entry["attributes"]["distance"] == "nan"
    assert entry["attributes"]["digits"] == "<number of 16610 bits>"
    assert (entry["service"], entry["ddtags"]) == ("shop", "env:staging,version:1.2")
    assert (entry["status"], entry["error"]["kind"]) == ("error", "Timeout")
    assert entry["span"]["trace_id"] == span.trace_id
    assert entry["attributes"]["gen_ai.usage.input_tokens"] == 3
    assert entry["duration"] == span.end_ns - span.start_ns


def test_a_refusal_of_datadog_is_final(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARSPAN_DATADOG_URL", f"{receiver.url}/api/v2/logs")
    monkeypatch.setenv("CLEARSPAN_DATADOG_KEY", "wrong")
    receiver.answers += [Answer(403, {}, b"")]
    clearspan.init(exporters=["datadog"], service="refused")

    record(2)

    assert not clearspan.flush()
    assert len(receiver.posts("/api/v2/logs")) == 1


def test_several_exporters_get_every_span(
    receiver: Receiver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "spans.jsonl"
    monkeypatch.setenv("CLEARSPAN_FILE", str(path))
    clearspan.init(endpoint=receiver.url, exporters=["otlp", "console", "jsonl"])

    record(2)

    assert clearspan.flush()
    assert len(receiver.spans()) == len(numbers(path)) == 2
    assert capsys.readouterr().err.count("work") == 2
