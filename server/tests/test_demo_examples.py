"""The programs of examples/, started as their docstrings say, against the simulator."""

import gzip
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from asking import Client, make_key
from clearspan_server.simulator.serve import running
from clearspan_server.simulator.settings import SimulatorSettings
from running import Server, settle

EXAMPLES = Path(__file__).parents[2] / "examples"
TIMEOUT_S = 120


class Received:
    """Where a collector listens and what it got: content type and body of each request."""

    def __init__(self) -> None:
        self.url = ""
        self.bodies: list[tuple[str, bytes]] = []


@pytest.fixture
def received() -> Iterator[Received]:
    kept = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                data = gzip.decompress(data)
            if self.path == "/v1/traces":
                kept.bodies.append((self.headers["content-type"], data))
            is_json = self.headers["content-type"] == "application/json"
            self.send_response(200)
            self.send_header("content-type", self.headers["content-type"])
            self.end_headers()
            self.wfile.write(b"{}" if is_json else b"")

        def log_message(self, *_: object) -> None:  # type: ignore[explicit-override]  # 3.12 has it
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield kept
        server.shutdown()


def output(name: str, **environment: str) -> str:
    """What an example prints. Fails when it fails or complains."""
    ran = subprocess.run(
        [sys.executable, EXAMPLES / name],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        env={**os.environ, **environment},
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


@pytest.fixture
def model_url() -> Iterator[str]:
    with running(SimulatorSettings(ttft_ms=0, tokens_per_s=0)) as url:
        yield f"{url}/v1"


def test_the_first_trace_answers_and_arrives(received: Received, model_url: str) -> None:
    said = output("first_trace.py", OPENAI_BASE_URL=model_url, CLEARSPAN_ENDPOINT=received.url)

    assert "counts as lost [1]." in said
    sent = b"".join(body for _, body in received.bodies)
    for name in (b'"answer"', b'"help centre"', b'"chat gpt-4o"'):
        assert name in sent


def test_a_prompt_by_its_label_is_that_of_the_server_and_the_call_names_its_version(
    server: Server, model_url: str, tmp_path: Path
) -> None:
    project = f"examples-{uuid.uuid4().hex[:10]}"
    prompt = {"name": "help", "template": "Help {{name}} kindly.", "labels": ["production"]}
    assert Client(server, project)("POST", "/prompts", prompt)[0] == 201

    said = output(
        "prompt_by_label.py",
        OPENAI_BASE_URL=model_url,
        CLEARSPAN_ENDPOINT=server.url,
        CLEARSPAN_KEY=make_key(server, project, "ingest"),
        XDG_CACHE_HOME=str(tmp_path),
    )
    settle(server)

    assert said.startswith("version 1: Help Ann kindly.\n")
    named = quote("prompt:help prompt_version:1 kind:llm")
    found = server.get(f"/api/v1/spans?project={project}&filter={named}")["spans"]
    assert len(found) == 1


def test_ten_lines_of_opentelemetry_arrive_with_model_and_usage(received: Received) -> None:
    output("opentelemetry_ten_lines.py", OTEL_EXPORTER_OTLP_ENDPOINT=received.url)

    ((content_type, body),) = received.bodies
    span = ExportTraceServiceRequest.FromString(body).resource_spans[0].scope_spans[0].spans[0]
    facts = {pair.key: pair.value for pair in span.attributes}
    assert content_type == "application/x-protobuf"
    assert span.name == "chat gpt-4o"
    assert facts["gen_ai.request.model"].string_value == "gpt-4o"
    assert facts["gen_ai.usage.input_tokens"].int_value == 1200


def test_the_openai_client_gets_a_tool_call_and_an_answer_that_uses_it(model_url: str) -> None:
    said = output("openai_client.py", OPENAI_BASE_URL=model_url)

    assert 'order_status({"order_id": "A-1057"})' in said
    assert "expected 24 November" in said
