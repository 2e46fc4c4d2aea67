"""Settings: argument, then environment, then OpenTelemetry's environment, then default."""

from pathlib import Path

import pytest

from clearspan.settings import ROWS, resolve
from programs import Programs
from receiver import Receiver

MANUAL = Path(__file__).parents[2] / "docs" / "sdk-settings.md"


def test_the_default_is_the_server_on_this_machine() -> None:
    settings = resolve({})

    assert settings.traces_url == "http://127.0.0.1:4318/v1/traces"
    assert settings.exporters == ("otlp",)


def test_an_argument_comes_before_every_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel:4318/")
    assert resolve({}).traces_url == "http://otel:4318/v1/traces"

    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:4318/custom/")
    assert resolve({}).traces_url == "http://traces:4318/custom/"

    monkeypatch.setenv("CLEARSPAN_ENDPOINT", "http://clearspan:4318")
    assert resolve({}).traces_url == "http://clearspan:4318/v1/traces"

    assert resolve({"endpoint": "http://here:1"}).traces_url == "http://here:1/v1/traces"


def test_headers_and_resources_are_read_as_opentelemetry_writes_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Basic%20abc, x-team=a=b")
    monkeypatch.setenv("CLEARSPAN_EXPORTERS", "otlp, console")

    assert resolve({}).headers == {"Authorization": "Basic abc", "x-team": "a=b"}
    assert resolve({}).exporters == ("otlp", "console")


def test_a_setting_that_makes_no_sense_is_told_and_ignored(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("CLEARSPAN_STRICT")
    monkeypatch.setenv("CLEARSPAN_QUEUE_SPANS", "many")
    monkeypatch.setenv("CLEARSPAN_CAPTURE", "some")

    settings = resolve({})

    assert settings.queue_spans == 10_000
    assert settings.capture == "full"
    assert "CLEARSPAN_QUEUE_SPANS" in caplog.text


def test_an_unknown_exporter_is_told_in_one_line_and_the_default_goes_on(
    programs: Programs, receiver: Receiver
) -> None:
    source = 'import clearspan\nclearspan.span("work").end()\n'
    url = receiver.url

    ended = programs.run(source, CLEARSPAN_ENDPOINT=url, CLEARSPAN_EXPORTERS="jsonll")

    (line,) = ended.err.splitlines()
    assert "reading exporters: 'jsonll' is none of otlp, console, jsonl, datadog" in line
    assert receiver.span("work")


def test_of_several_exporters_only_the_unknown_is_ignored(
    programs: Programs, receiver: Receiver
) -> None:
    source = 'import clearspan\nclearspan.span("work").end()\n'
    url = receiver.url

    ended = programs.run(source, CLEARSPAN_ENDPOINT=url, CLEARSPAN_EXPORTERS="jsonll,console")

    assert "'jsonll' is none of" in ended.err
    assert "other work" in ended.err
    assert receiver.requests == []


def test_one_exporter_may_be_given_as_a_text() -> None:
    assert resolve({"exporters": "console"}).exporters == ("console",)


def test_the_manual_lists_every_setting_and_no_other() -> None:
    rows = [
        line.split("`") for line in MANUAL.read_text("utf-8").splitlines() if line.startswith("| `")
    ]

    assert [row[1] for row in rows] == list(ROWS)
    assert [row[3] for row in rows] == [f"CLEARSPAN_{row[1].upper()}" for row in rows]
