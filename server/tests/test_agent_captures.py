"""What Claude Code 2.1.330 and Codex 0.169.0 really sent of one prompt, as sessions; `make test-agents` runs them anew.

`captures/<agent>/<scenario>.<signal>.bin` is what came in all requests of a signal, of Codex without most of the
pieces of its answers. Who ran them, and on what machine, was taken out.
"""

import uuid
from pathlib import Path
from typing import Any

import pytest

from running import Server, settle
from sending import PROTOBUF, post

CAPTURES = Path(__file__).parent / "captures"
CLAUDE_CODE, CODEX = "claude-code-2.1.330", "codex-0.169.0"
WINDOW = "from=2026-11-01T00:00:00Z"
COMMAND = "cat README.md"
Spans = list[dict[str, Any]]


def sent(server: Server, agent: str, scenario: str) -> str:
    """A new project that has all of a capture."""
    project = f"agent-{uuid.uuid4().hex[:12]}"
    for body in sorted((CAPTURES / agent).glob(f"{scenario}.*.bin")):
        path = f"/v1/{body.name.split('.')[1]}?project={project}"
        assert post(server.url, path, body.read_bytes(), PROTOBUF)[0] == 200
    return project


@pytest.fixture(scope="module")
def projects(server: Server) -> dict[tuple[str, str], str]:
    """Every capture, each in a project of its own, once all of it has come."""
    captures = [(CLAUDE_CODE, "turn"), (CLAUDE_CODE, "traced"), (CODEX, "turn")]
    made = {capture: sent(server, *capture) for capture in captures}
    settle(server)
    return made


def spans_of(server: Server, project: str, count: int) -> Spans:
    """The spans of turns, calls and tools with their bodies, by kind and start; there must be so many."""
    kinds = ("agent", "llm", "tool")
    path = f"/api/v1/spans?project={project}&sort=start&limit=500&{WINDOW}"
    rows = [row for row in server.get(path)["spans"] if row["kind"] in kinds]
    assert len(rows) == count, rows

    asked = "/api/v1/traces/{trace_id}/spans/{span_id}?project=" + project
    spans = [server.get(asked.format(**row)) for row in rows]
    return sorted(spans, key=lambda one: one["kind"])


@pytest.mark.parametrize(
    ("agent", "scenario", "tokens"),
    [
        (CLAUDE_CODE, "turn", [(10_724, 8, None, 10_721), (10_764, 59, 10_721, 40)]),
        (CLAUDE_CODE, "traced", [(10_724, 8, None, 10_721), (10_764, 47, 10_721, 40)]),
        (CODEX, "turn", [(6_769, 137, None, None), (6_814, 387, 6_656, None)]),
    ],
)
def test_a_prompt_to_a_real_agent_is_a_turn_with_its_calls_and_its_tool(
    server: Server,
    projects: dict[tuple[str, str], str],
    agent: str,
    scenario: str,
    tokens: list[tuple[int | None, ...]],
) -> None:
    turn, *calls, tool = spans_of(server, projects[agent, scenario], 4)

    assert [span["kind"] for span in (turn, *calls, tool)] == ["agent", "llm", "llm", "tool"]
    assert {span["parent_id"] for span in (*calls, tool)} == {turn["span_id"]}
    assert {span["status"] for span in (turn, *calls, tool)} == {"ok"}
    assert len({span["session_id"] for span in (turn, *calls, tool)} - {""}) == 1
    assert turn["input"][0]["parts"][0]["content"] == COMMAND
    assert COMMAND in str(tool["tool_arguments"])
    assert [
        (
            call["input_tokens"],
            call["output_tokens"],
            call["cache_read_tokens"] or None,
            call["usage"]["cache_write"] or None,
        )
        for call in calls
    ] == tokens


@pytest.mark.parametrize(
    ("agent", "scenario"), [(CLAUDE_CODE, "turn"), (CLAUDE_CODE, "traced"), (CODEX, "turn")]
)
def test_what_a_real_agent_spent_is_the_cost_of_its_repository(
    server: Server, projects: dict[tuple[str, str], str], agent: str, scenario: str
) -> None:
    project = projects[agent, scenario]
    calls = [span for span in spans_of(server, project, 4) if span["kind"] == "llm"]

    [row] = server.get(f"/api/v1/cost?project={project}&by=service&{WINDOW}")["rows"]

    assert (row["value"], row["calls"]) == ("acme/shop", 2)
    for call in calls:
        reported = call["cost"]["reported"]
        assert float(call["total_cost"]) > 0
        assert reported is None or float(reported) == pytest.approx(float(call["total_cost"]))


def test_a_call_of_claude_code_tells_when_it_began_to_answer(
    server: Server, projects: dict[tuple[str, str], str]
) -> None:
    calls = spans_of(server, projects[CLAUDE_CODE, "turn"], 4)[1:3]

    assert all(0 < call["ttft_ns"] < call["duration_ns"] for call in calls)
