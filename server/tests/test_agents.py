"""Sessions of coding agents: log events of Claude Code and Codex become turns, whatever order they come in."""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import pytest

from agents import CLAUDE_CODE, CODEX, SECOND_NS, Told, claude_code_request, codex_request
from running import Server, until
from sending import post

JSON = {"content-type": "application/json"}
NOW_NS = time.time_ns() - 300 * SECOND_NS
Request = Callable[[str, Sequence[Told], int], bytes]


def send(server: Server, project: str, request: bytes) -> None:
    assert post(server.url, f"/v1/logs?project={project}", request, JSON)[0] == 200


def traces_of(server: Server, project: str) -> list[dict[str, Any]]:
    """The project's traces, oldest first."""
    return list(server.get(f"/api/v1/traces?project={project}&sort=start")["traces"])


def spans_of(server: Server, project: str, trace_id: str) -> list[dict[str, Any]]:
    """The spans of a trace with all that is known of them, in order of start."""
    found = server.get(f"/api/v1/traces/{trace_id}?project={project}")["spans"]
    path = f"/api/v1/traces/{trace_id}/spans/{{}}?project={project}"
    return [server.get(path.format(span["span_id"])) for span in found]


def told_of(server: Server, project: str) -> list[Any]:
    """All that is told of a project's sessions, but when it came."""
    return [
        [
            {
                key: value
                for key, value in span.items()
                if key not in ("received", "sender", "process")
            }
            for span in spans_of(server, project, trace["trace_id"])
        ]
        for trace in traces_of(server, project)
    ]


def shown(span: dict[str, Any]) -> tuple[str, str, str]:
    return span["kind"], span["name"], span["status"]


@pytest.fixture(scope="module")
def claude(server: Server) -> list[list[dict[str, Any]]]:
    """The spans of both turns of a session of Claude Code, sent in one request."""
    send(server, "claude", claude_code_request("s-1", CLAUDE_CODE, NOW_NS))
    until(lambda: [one["span_count"] for one in traces_of(server, "claude")] == [6, 2])
    return [spans_of(server, "claude", one["trace_id"]) for one in traces_of(server, "claude")]


def test_a_prompt_of_claude_code_is_a_turn_with_its_calls_and_tools(
    claude: list[list[dict[str, Any]]],
) -> None:
    first, second = claude

    assert [shown(span) for span in first] == [
        ("agent", "claude-code turn", "ok"),
        ("llm", "chat claude-sonnet-4-5", "ok"),
        ("tool", "execute_tool Bash", "error"),
        ("tool", "execute_tool Write", "cancelled"),
        ("llm", "chat claude-sonnet-4-5", "error"),
        ("llm", "chat claude-sonnet-4-5", "ok"),
    ]
    assert {span["parent_id"] for span in first[1:]} == {first[0]["span_id"]}
    assert {span["session_id"] for span in first + second} == {"s-1"}
    assert first[0]["duration_ns"] == 12 * SECOND_NS
    assert first[0]["turn_id"] != second[0]["turn_id"]
    assert second[1]["agent_name"] == "Explore"


def test_a_call_of_claude_code_has_its_usage_and_both_costs(
    claude: list[list[dict[str, Any]]],
) -> None:
    call = claude[0][1]

    assert (call["input_tokens"], call["cache_read_tokens"]) == (21_512, 20_000)
    assert (call["usage"]["cache_write"], call["output_tokens"]) == (1_500, 180)
    assert (call["provider"], call["request_id"]) == ("anthropic", "req_1")
    assert call["duration_ns"] == 3_500_000_000
    assert float(call["cost"]["reported"]) == 0.0137
    assert float(call["total_cost"]) == pytest.approx(0.014361)


def test_what_was_said_is_there_where_the_agent_tells_it(
    claude: list[list[dict[str, Any]]],
) -> None:
    [turn, _, bash, write, failed, last], [hidden, _] = claude

    assert turn["input"][0]["parts"][0]["content"] == "Why does the test fail?"
    assert turn["output"] == last["output"]
    assert last["output"][0]["parts"][0]["content"] == "A fixture is missing."
    assert (bash["tool_arguments"], bash["error_type"]) == ({"command": "pytest -q"}, "ShellError")
    assert write["attributes"]["source"] == "user_reject"
    assert (failed["error_message"], failed["error_class"]) == ("Overloaded", "overloaded")
    assert hidden["input"] is None


def test_cost_by_service_is_cost_by_repository(server: Server, claude: object) -> None:  # noqa: ARG001 - sent by it
    rows = server.get("/api/v1/cost?project=claude&by=service")["rows"]

    assert [(row["value"], row["calls"]) for row in rows] == [("acme/shop", 3)]


def test_the_turns_of_codex_have_calls_and_tools(server: Server) -> None:
    send(server, "codex", codex_request("c-1", CODEX, NOW_NS))
    until(lambda: [one["span_count"] for one in traces_of(server, "codex")] == [4, 2])

    first, second = told_of(server, "codex")

    assert [shown(span) for span in first] == [
        ("agent", "codex turn", "ok"),
        ("llm", "chat gpt-5-codex", "ok"),
        ("tool", "execute_tool shell", "ok"),
        ("llm", "chat gpt-5-codex", "error"),
    ]
    turn, call, tool, failed = first
    assert turn["input"][0]["parts"][0]["content"] == "Add a flag"
    assert (call["input_tokens"], call["cache_read_tokens"]) == (9_000, 7_000)
    assert (call["output_tokens"], call["reasoning_tokens"]) == (250, 100)
    assert call["duration_ns"] == 3_800_000_000
    assert float(call["total_cost"]) > 0
    assert (tool["tool_result"], tool["attributes"]["decision"]) == ("README.md", "approved")
    assert (failed["error_class"], failed["attempt"]) == ("rate_limit", 2)
    assert [span["input_tokens"] for span in second] == [None, 9_400]


@pytest.mark.parametrize(
    ("agent", "make", "told"),
    [("claude", claude_code_request, CLAUDE_CODE), ("codex", codex_request, CODEX)],
)
def test_order_and_requests_make_no_difference(
    server: Server, agent: str, make: Request, told: Sequence[Told]
) -> None:
    """Nor does sending all of it twice."""
    whole, pieces = f"{agent}-whole", f"{agent}-pieces"
    send(server, whole, make("s", told, NOW_NS))
    mixed = list(told)
    random.Random(7).shuffle(mixed)
    for one in [*mixed, *mixed]:
        send(server, pieces, make("s", [one], NOW_NS))

    def counts(project: str) -> list[int]:
        return [one["span_count"] for one in traces_of(server, project)]

    until(lambda: len(counts(whole)) == 2 and counts(pieces) == counts(whole))
    until(lambda: without_ids(told_of(server, pieces)) == without_ids(told_of(server, whole)))


def without_ids(told: list[Any]) -> list[Any]:
    """Ids hold the project, which is another one."""
    ids = ("project", "trace_id", "span_id", "parent_id")
    return [[{k: v for k, v in span.items() if k not in ids} for span in turn] for turn in told]


def test_a_turn_that_was_traced_is_told_by_its_own_spans(server: Server) -> None:
    traced = claude_code_request("s-9", CLAUDE_CODE[:2], NOW_NS).replace(
        b'"timeUnixNano"', b'"traceId": "' + b"c" * 32 + b'", "timeUnixNano"'
    )
    send(server, "traced", traced)
    send(server, "traced", claude_code_request("s-10", CLAUDE_CODE[8:], NOW_NS))

    until(lambda: len(traces_of(server, "traced")) == 1)
    asked = quote("session:s-9")
    assert server.get(f"/api/v1/traces?project=traced&filter={asked}")["traces"] == []
