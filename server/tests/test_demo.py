"""The demo as its own process, sending to a collector on a real socket."""

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from clearspan_server.demo.fleet import SLOT_S, metrics, reading

# A demo starts in about a second; a minute is for a machine that is busy with something else.
TIMEOUT_S = 120

Span = dict[str, Any]  # OTLP/JSON, with its attributes as a plain mapping


class Collector:
    """Keeps what is posted to /v1/traces: headers and bodies; and the bodies of other paths."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], Any]] = []
        self.others: dict[str, list[Any]] = {"/v1/logs": [], "/v1/metrics": []}
        self.arrived = threading.Event()
        self.url = ""

    def finished(self) -> list[Span]:
        """Spans that have ended, in the order of their start."""
        spans = [
            span | {"attributes": plain(span["attributes"])}
            for _, body in self.requests
            for resource in body["resourceSpans"]
            for scope in resource["scopeSpans"]
            for span in scope["spans"]
            if span["endTimeUnixNano"] != "0"
        ]
        return sorted(spans, key=lambda span: int(span["startTimeUnixNano"]))

    def logs(self) -> list[dict[str, Any]]:
        """The log records, with their attributes as a plain mapping."""
        return [
            record | {"attributes": plain(record["attributes"])}
            for body in self.others["/v1/logs"]
            for group in body["resourceLogs"]
            for scope in group["scopeLogs"]
            for record in scope["logRecords"]
        ]

    def metrics(self) -> dict[str, list[Any]]:
        """What was sent of each metric, by service and name."""
        found: dict[str, list[Any]] = {}
        for service, metric in (
            (plain(group["resource"]["attributes"])["service.name"], metric)
            for body in self.others["/v1/metrics"]
            for group in body["resourceMetrics"]
            for scope in group["scopeMetrics"]
            for metric in scope["metrics"]
        ):
            found.setdefault(f"{service} {metric['name']}", []).append(metric)
        return found


def plain(attributes: list[Any]) -> dict[str, Any]:
    return {pair["key"]: next(iter(pair["value"].values())) for pair in attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    kept = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                data = gzip.decompress(data)
            if self.path == "/v1/traces":
                kept.requests.append((dict(self.headers.items()), json.loads(data)))
                kept.arrived.set()
            elif self.path in kept.others:
                kept.others[self.path].append(json.loads(data))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:  # type: ignore[explicit-override]  # 3.12 has it
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield kept
        server.shutdown()


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as kept:
        yield kept


@pytest.fixture(scope="module")
def turn() -> Iterator[Collector]:
    """All that one turn sends."""
    with collecting() as kept:
        turns(kept.url, 1)
        yield kept


@pytest.fixture(scope="module")
def deck() -> Iterator[Collector]:
    """All that a deck of turns sends: each mishap happens."""
    with collecting() as kept:
        turns(kept.url, 23)
        yield kept


def command(url: str, *options: str) -> list[str]:
    demo = [sys.executable, "-m", "clearspan_server.demo", "--endpoint", url]
    return [*demo, "--interval", "0", *options]


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def turns(url: str, count: int, seed: int = 1) -> None:
    """Run the demo for some turns, as fast as it can, and check that it had nothing to say."""
    fast = command(url, "--speed", "50", "--count", str(count), "--seed", str(seed))
    patient = os.environ | {"CLEARSPAN_EXIT_S": str(TIMEOUT_S / 2)}
    ran = subprocess.run(fast, env=patient, capture_output=True, timeout=TIMEOUT_S, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


def kinds(spans: list[Span]) -> list[str]:
    return [span["attributes"]["clearspan.kind"] for span in spans]


def test_a_turn_is_one_trace_with_its_steps_below_the_agent(turn: Collector) -> None:
    root, *steps = turn.finished()
    assert "parentSpanId" not in root
    assert {step["parentSpanId"] for step in steps} == {root["spanId"]}
    assert {step["traceId"] for step in steps} == {root["traceId"]}
    expected = ["agent", "llm", "retriever", "reranker", "llm", "tool", "tool", "llm"]
    assert kinds([root, *steps]) == expected


def test_spans_go_to_the_project_demo_and_name_their_service(turn: Collector) -> None:
    headers, body = turn.requests[0]
    resource = plain(body["resourceSpans"][0]["resource"]["attributes"])
    assert headers["x-clearspan-project"] == "demo"
    assert resource["service.name"] == "support-desk"
    assert resource["deployment.environment.name"] == "demo"


def test_a_model_call_carries_model_usage_and_conversation(turn: Collector) -> None:
    facts = turn.finished()[-1]["attributes"]
    assert facts["gen_ai.request.model"] == "gpt-4o"
    assert facts["gen_ai.response.model"] == "gpt-4o-2024-08-06"
    assert facts["gen_ai.response.id"].startswith("chatcmpl-")
    assert int(facts["gen_ai.usage.input_tokens"]) > 1000
    assert int(facts["gen_ai.usage.output_tokens"]) > 20
    assert facts["gen_ai.response.time_to_first_chunk"] > 0
    assert json.loads(facts["gen_ai.input.messages"])[0]["role"] == "system"
    assert facts["user.id"]
    assert facts["session.id"].startswith("chat-")


def test_a_deck_of_turns_shows_everything_that_can_go_wrong(deck: Collector) -> None:
    spans = deck.finished()
    roots = [span for span in spans if "parentSpanId" not in span]
    failed = {span["attributes"].get("error.type", "").rpartition(".")[2] for span in spans}
    cancelled = [s for s in spans if s["attributes"].get("clearspan.status") == "cancelled"]
    assert len(roots) == 23
    assert failed == {
        *("", "RateLimitError", "ServerError", "ConnectionLostError", "ToolTimeoutError")
    }
    assert kinds(cancelled) == ["agent", "llm"]
    assert len({span["spanId"] for span in spans}) == len(spans)


def test_an_attempt_after_a_refused_one_points_at_the_first(deck: Collector) -> None:
    spans = deck.finished()
    refused = [s for s in spans if "RateLimit" in s["attributes"].get("error.type", "")]
    again = [s for s in spans if s["attributes"].get("clearspan.attempt") == "2"]
    firsts = {span["attributes"]["clearspan.retry_of"] for span in again}
    assert len(refused) == 2
    assert {span["spanId"] for span in refused} <= firsts


def test_the_same_seed_tells_the_same_story(collector: Collector) -> None:
    turns(collector.url, 3, seed=5)
    first = [story(span) for span in collector.finished()]
    collector.requests.clear()

    turns(collector.url, 3, seed=5)

    assert [story(span) for span in collector.finished()] == first


def story(span: Span) -> tuple[object, ...]:
    names = ("session.id", "user.id", "gen_ai.output.messages", "gen_ai.response.id")
    return span["name"], *(span["attributes"].get(name) for name in names)


def test_sigterm_ends_it_and_the_turn_in_progress_is_cancelled(collector: Collector) -> None:
    with started(*command(collector.url, "--seed", "1")) as demo:
        assert collector.arrived.wait(TIMEOUT_S)
        demo.send_signal(signal.SIGTERM)
        said, _ = demo.communicate(timeout=TIMEOUT_S)

    root = next(span for span in collector.finished() if "parentSpanId" not in span)
    assert (demo.returncode, said) == (0, b"")
    assert root["attributes"]["clearspan.status"] == "cancelled"


def test_it_ends_when_its_parent_dies(collector: Collector) -> None:
    parent = "import subprocess, sys; subprocess.Popen(sys.argv[1:]); sys.stdin.read()"

    with started(sys.executable, "-c", parent, *command(collector.url)) as process:
        assert collector.arrived.wait(TIMEOUT_S)
        process.kill()
        # The demo holds the other end of this pipe, so reading ends when the demo does.
        said, _ = process.communicate(timeout=TIMEOUT_S)

    assert said == b""


def test_log_records_lead_to_the_traces_that_they_were_written_in(deck: Collector) -> None:
    logs = deck.logs()
    roots = {span["traceId"] for span in deck.finished() if "parentSpanId" not in span}
    assert {one["traceId"] for one in logs} == roots
    assert {one["severityText"] for one in logs} == {"INFO", "WARNING", "ERROR"}
    told = [one["body"]["stringValue"] for one in logs]
    for words in ("question 1 of a chat", "429", "did not answer within", "given up", "left"):
        assert any(words in one for one in told)


def test_the_application_and_its_model_server_tell_metrics(turn: Collector) -> None:
    found = turn.metrics()
    assert {name for name in found if name.startswith("support-desk ")} == {
        "support-desk help_centre.score",
        "support-desk support.answer.duration",
        "support-desk support.questions",
        "support-desk support.sessions.open",
        "support-desk support.tool.calls",
    }
    running = [
        point["timeUnixNano"]
        for metric in found["vllm vllm:num_requests_running"]
        for point in metric["gauge"]["dataPoints"]
    ]
    assert len(set(running)) == len(running) >= 240  # the hour before, every quarter of a minute
    assert {"vllm vllm:kv_cache_usage_perc", "vllm DCGM_FI_DEV_GPU_UTIL"} <= set(found)


def test_a_model_server_that_is_asked_again_says_the_same() -> None:
    once, twice, more = metrics(7_200, 7_260), metrics(7_200, 7_260), metrics(7_190, 7_200)

    assert once == twice
    for one, number in ((once, 4), (more, 1)):
        [group] = json.loads(json.dumps(one))["resourceMetrics"]
        for metric in group["scopeMetrics"][0]["metrics"]:
            [data] = [held for held in metric.values() if isinstance(held, dict)]
            assert len({point["timeUnixNano"] for point in data["dataPoints"]}) == number


def test_readings_of_a_day_are_believable() -> None:
    told = [reading(slot * SLOT_S) for slot in range(86_400 // SLOT_S)]

    assert {0 < one.running <= 24 and 0 <= one.waiting < 40 for one in told} == {True}
    assert {0 < one.cache < 1 and all(0 < gpu <= 100 for gpu in one.gpus) for one in told} == {True}
    assert 0.02 < sum(one.waiting > 0 for one in told) / len(told) < 0.4
