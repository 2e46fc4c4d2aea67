"""Real requests of real clients in, golden spans out; totals equal what the provider had returned.

`captures/<client>/<scenario>.traces.bin` is the body as the client sent it. The golden file beside it holds what the
API gives for it; `CLEARSPAN_ACCEPT=1 make test-whole` writes them anew after a change that was meant.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from running import Server, settle
from sampling import is_taken
from sending import PROTOBUF, post

CAPTURES = Path(__file__).parent / "captures"
JSON = {"content-type": "application/json"}
BODIES = [body for body in sorted(CAPTURES.glob("*/*.traces.bin")) if is_taken(body)]
# When and where it came, and what people say of it.
_VOLATILE = ("received", "project", "scores")

# Tokens as the provider stated them: input, output, cache read, cache write, reasoning.
TRUTH: dict[str, tuple[int, int]] = {
    "chat": (24, 9),
    "chat_int_params": (24, 9),
    "chat_cached_reasoning": (2048, 300),
    "chat_multimodal": (24, 9),
    "tool_call": (48, 18),
    "nested": (96, 36),  # an agent that asks another one
    "stream": (24, 9),
    "stream_tool": (24, 9),
    "responses": (36, 12),
    "responses_cached_reasoning": (2048, 300),
    "responses_stream": (36, 12),
    "responses_tool": (36, 12),
    "anthropic_chat": (24, 9),
    "anthropic_cached": (2095, 393),
    "anthropic_tool": (48, 18),
    "anthropic_stream": (24, 9),
    "anthropic_stream_raw_cached": (2095, 393),
    "anthropic_thinking": (2095, 393),
}
# What clients made of it, and nothing in their bytes can undo.
LOST: dict[str, tuple[int, int]] = {
    # They add the tokens of the stream's first event to the final count.
    "openllmetry-0.33.12/anthropic_stream_raw_cached": (2095, 394),
    "openllmetry-0.62.4/anthropic_stream": (24, 10),
    "openllmetry-0.62.4/anthropic_stream_raw_cached": (2095, 394),
    # No usage of streams at all: it is estimated.
    "openllmetry-0.33.12/stream": (25, 7),
    "mlflow-3.8.1/anthropic_stream_raw_cached": (0, 0),  # nor the answer
    "logfire-4.8.0/responses_stream": (0, 0),  # nor the answer
}


def name_of(body: Path) -> str:
    return f"{body.parent.name}/{body.name.removesuffix('.traces.bin')}"


@pytest.fixture(scope="module")
def captured(server: Server) -> dict[str, list[dict[str, Any]]]:
    """The spans of every capture, in order of their start, each capture in a project of its own."""
    projects = {name_of(body): name_of(body).replace("/", "--") for body in BODIES}
    for body in BODIES:
        path = f"/v1/traces?project={projects[name_of(body)]}"
        sent = body.read_bytes()
        headers = JSON if sent.startswith(b"{") else PROTOBUF
        status, answer = post(server.url, path, sent, headers)
        assert (status, answer) in ((200, b""), (200, b"{}")), name_of(body)
    settle(server)  # then it is decided which spans count
    everything = "from=2026-01-01T00:00:00Z&limit=500"

    def spans(project: str) -> list[dict[str, Any]]:
        path = f"/api/v1/spans?project={project}&{everything}&sort=start"
        found: list[dict[str, Any]] = server.get(path)["spans"]
        return found

    return {name: spans(project) for name, project in projects.items()}


@pytest.mark.parametrize("body", BODIES, ids=name_of)
def test_a_capture_gives_its_golden_spans(
    server: Server, captured: dict[str, list[dict[str, Any]]], body: Path
) -> None:
    name = name_of(body)
    project = name.replace("/", "--")
    found = []
    for row in captured[name]:
        path = f"/api/v1/traces/{row['trace_id']}/spans/{row['span_id']}?project={project}"
        detail = server.get(path)
        found.append({key: value for key, value in detail.items() if key not in _VOLATILE})

    golden = body.with_name(body.name.replace(".traces.bin", ".golden.json"))
    if os.environ.get("CLEARSPAN_ACCEPT") == "1":
        text = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True)
        golden.write_text(text + "\n", encoding="utf-8")

    expected = json.loads(golden.read_text(encoding="utf-8"))
    for one, other in zip(found, expected, strict=True):
        assert one == other


@pytest.mark.parametrize(
    "body",
    [one for one in BODIES if name_of(one).partition("/")[2] in TRUTH],
    ids=name_of,
)
def test_the_totals_of_a_trace_equal_what_the_provider_returned(
    server: Server, captured: dict[str, list[dict[str, Any]]], body: Path
) -> None:
    name = name_of(body)
    project = name.replace("/", "--")

    totals = [
        server.get(f"/api/v1/traces/{trace_id}?project={project}")["trace"]
        for trace_id in sorted({row["trace_id"] for row in captured[name]})
    ]
    tokens = (
        sum(one["input_tokens"] or 0 for one in totals),
        sum(one["output_tokens"] or 0 for one in totals),
    )

    assert tokens == LOST.get(name, TRUTH[name.partition("/")[2]])
