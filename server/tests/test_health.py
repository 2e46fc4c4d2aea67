"""Health: whether the server can take and answer, its figures for Prometheus, and a log that tells no content."""

import io
import json
import logging
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from clearspan_server.cli import logs
from clearspan_server.errors import Unavailable
from drilling import Drill
from running import Server, until
from sending import PROTOBUF, post, request_of, span


def open_route(server: Server, path: str) -> tuple[int, str]:
    """A route as an anonymous caller sees it."""
    try:
        with urllib.request.urlopen(server.url + path, timeout=60) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def figures(server: Server) -> dict[tuple[str, frozenset[str]], float]:
    """Every sample of `/metrics`, by its name and the values of its labels."""
    _, text = open_route(server, "/metrics")
    return {
        (sample.name, frozenset(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_healthy_server_is_ready_and_says_that_nothing_waits(server: Server) -> None:
    ready = until(
        lambda: (found := json.loads(open_route(server, "/readyz")[1]))["lag_s"] is None and found
    )

    assert ready["status"] == "ready"
    assert ready["checks"] == dict.fromkeys(("journal", "disk", "writer", "engine", "lists"), "ok")
    assert open_route(server, "/healthz")[0] == 200


def test_with_the_engine_down_it_lives_and_is_not_ready_and_lag_grows(
    drilled: Drill,
) -> None:
    server = drilled.server
    drilled.begin(down=True)
    status, _ = post(server.url, "/v1/traces", request_of([span("waits")]), PROTOBUF)

    until(lambda: open_route(server, "/readyz")[0] == 503)
    lag_s = until(lambda: json.loads(open_route(server, "/readyz")[1])["lag_s"])
    _, said = open_route(server, "/readyz")
    alive, _ = open_route(server, "/healthz")
    up = figures(server)["clearspan_engine_up", frozenset()]
    drilled.end()

    assert status == 200
    assert alive == 200
    assert lag_s > 0
    assert json.loads(said)["checks"]["engine"] != "ok"
    assert up == 0
    until(lambda: open_route(server, "/readyz")[0] == 200)


def test_prometheus_counts_what_came_in(server: Server) -> None:
    before = figures(server)
    spans = [span("kept"), span("lost", trace_id=bytes(16))]
    post(server.url, "/v1/traces", request_of(spans), PROTOBUF)

    after = figures(server)

    def grown(name: str, *labels: str) -> float:
        key = f"clearspan_{name}_total", frozenset(labels)
        return after[key] - before.get(key, 0)

    assert grown("requests", "traces", "http/protobuf") == 1
    assert grown("received_records", "traces", "http/protobuf") == 2
    assert grown("accepted_records", "traces", "http/protobuf") == 1
    assert grown("rejected_records", "traces", "bad_ids") == 1
    assert after["clearspan_engine_up", frozenset()] == 1
    assert after["process_resident_memory_bytes", frozenset()] > 0
    has_writer = ("clearspan_thread_cpu_seconds_total", frozenset(("writer",))) in after
    assert has_writer == (sys.platform == "linux")


def test_prometheus_names_no_project_and_no_id(server: Server) -> None:
    headers = PROTOBUF | {"x-clearspan-project": "hush"}
    post(server.url, "/v1/traces", request_of([span("x")], service__name="whisper"), headers)
    server.get(f"/api/v1/whereabouts/{'ab' * 16}?project=hush")

    _, text = open_route(server, "/metrics")

    assert "/api/v1/whereabouts/{trace_id}" in text
    assert not [word for word in ("hush", "whisper", "ab" * 16) if word in text]


def logged(error: Exception | None, message: str, **extra: Any) -> dict[str, Any]:
    """The line of JSON that a logger writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    failure = (type(error), error, error.__traceback__) if error else None
    said = {"name": "clearspan.test", "levelname": "ERROR", "msg": message, "exc_info": failure}
    handler.handle(logging.makeLogRecord(said | extra))
    [line] = stream.getvalue().splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_log_line_says_who_what_and_for_which_request() -> None:
    line = logged(None, "POST /x failed", request_id="r-1")

    assert line["level"] == "error"
    assert line["logger"] == "clearspan.test"
    assert line["message"] == "POST /x failed"
    assert line["request_id"] == "r-1"
    assert line["time"].endswith("Z")


def test_a_logged_error_does_not_quote_what_was_sent() -> None:
    with pytest.raises(ValueError, match="diagnosis") as raised:
        float("my diagnosis is secret")

    line = logged(raised.value, "a span failed")

    assert line["error"] == "ValueError"
    assert line["at"][-1].endswith("test_a_logged_error_does_not_quote_what_was_sent")
    assert "diagnosis" not in json.dumps(line)


def test_our_own_failure_says_what_it_is() -> None:
    line = logged(Unavailable("the journal cannot write"), "a request failed")

    assert line["error"] == "Unavailable: the journal cannot write"


def test_a_log_line_obeys_no_terminal_code() -> None:
    assert logs.safe("GET /\x1b[2J\x9b1m\u202ex\r\n failed") == "GET /�[2J�1m�x failed"


@pytest.mark.parametrize(
    "secret",
    [
        "Authorization: Bearer abcdef123456",
        "Basic dXNlcjpwYXNz",
        "cs_0123456789ab_S3cretS3cret",
        "http://127.0.0.1:4318/#token=abcdef123456",
    ],
)
def test_a_credential_in_a_message_is_not_logged(secret: str) -> None:
    line = logged(None, f"refused {secret}", request_id="r-2")

    kept = json.dumps(line)
    assert not [word for word in ("abcdef123456", "dXNlcjpwYXNz", "S3cretS3cret") if word in kept]


def test_a_server_without_a_terminal_logs_json(drilled: Drill) -> None:
    server = drilled.server
    drilled.begin(down=True)
    post(server.url, "/v1/traces", request_of([span("my diagnosis")]), PROTOBUF)
    log = server.data.parent / f"{server.data.name}.log"

    def line() -> Any:
        text = log.read_text(encoding="utf-8")
        return [json.loads(one) for one in text.splitlines() if one.startswith("{")]

    lines = until(line)
    drilled.end()

    assert {"time", "level", "logger", "message"} <= lines[0].keys()
    assert "my diagnosis" not in log.read_text(encoding="utf-8")


def test_the_version_is_an_option_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "clearspan_server", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip().count(".") == 2
