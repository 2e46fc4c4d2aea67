"""`clearspan import` of what other tools have written: exports of Langfuse and Phoenix, sessions of coding agents."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commanding import run
from running import Server, settle

AT = "2026-11-20T10:00:0"
LANGFUSE: dict[str, Any] = {
    "id": "order-7",
    "projectId": "cl0",
    "name": "answer",
    "timestamp": f"{AT}0.000Z",
    "userId": "u-1",
    "sessionId": "s-1",
    "tags": ["beta"],
    "input": "where is my order?",
    "output": "on its way",
    "htmlPath": "/project/cl0/traces/order-7",
    "latency": 2.5,
    "totalCost": 0.0123,
    "observations": [
        {
            "id": "call-1",
            "traceId": "order-7",
            "parentObservationId": None,
            "type": "GENERATION",
            "name": "chat",
            "startTime": f"{AT}0.500Z",
            "endTime": f"{AT}2.500Z",
            "model": "gpt-4o-mini",
            "modelParameters": {"temperature": 0.2},
            "input": [{"role": "user", "content": "where is my order?"}],
            "output": {"role": "assistant", "content": "on its way"},
            "usageDetails": {"input": 24, "output": 9, "total": 33},
            "usage": {"input": 24, "output": 9, "total": 33, "unit": "TOKENS"},
            "costDetails": {"total": 0.0123},
            "level": "DEFAULT",
            "calculatedTotalCost": 0.0123,
            "createdAt": f"{AT}3.000Z",
        },
        {
            "id": "tool-1",
            "type": "SPAN",
            "name": "look up",
            "startTime": f"{AT}0.100Z",
            "endTime": f"{AT}0.400Z",
            "level": "ERROR",
            "statusMessage": "no such order",
        },
    ],
    "scores": [
        {
            "id": "score-1",
            "name": "helpful",
            "value": 1,
            "dataType": "NUMERIC",
            "source": "API",
            "comment": "yes",
        }
    ],
}
PHOENIX: dict[str, Any] = {
    "context.trace_id": "a" * 32,
    "context.span_id": "b" * 16,
    "parent_id": None,
    "name": "ChatCompletion",
    "span_kind": "LLM",
    "start_time": 1_795_168_800_000,
    "end_time": 1_795_168_801_500,
    "status_code": "OK",
    "status_message": "",
    "events": [],
    "attributes.llm.model_name": "gpt-4o-mini",
    "attributes.llm.provider": "openai",
    "attributes.llm.token_count.prompt": 24,
    "attributes.llm.token_count.completion": 9,
    "attributes.llm.input_messages": [{"message.role": "user", "message.content": "capital?"}],
    "attributes.llm.output_messages": [{"message": {"role": "assistant", "content": "Paris"}}],
    "attributes.metadata": {"shop": 7},
    "attributes.session.id": None,
}
ASSISTANT: dict[str, Any] = {
    "id": "msg_1",
    "role": "assistant",
    "model": "claude-sonnet-4-5",
    "usage": {
        "input_tokens": 4,
        "cache_read_input_tokens": 1_000,
        "cache_creation_input_tokens": 200,
        "output_tokens": 50,
    },
}
CALLED = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "ls"}}
GAVE = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "no", "is_error": True}


def claude(second: int, kind: str, **message: Any) -> dict[str, Any]:
    return {
        "sessionId": "session-1",
        "uuid": f"line-{second}",
        "type": kind,
        "version": "2.1.330",
        "timestamp": f"{AT}{second}.000Z",
        "message": {"role": kind, **message},
    }


CLAUDE_CODE = [
    {"type": "summary", "summary": "Listing", "leafUuid": "x"},
    claude(0, "user", content="list the files"),
    claude(1, "assistant", **ASSISTANT, content=[{"type": "text", "text": "I look."}]),
    claude(2, "assistant", **ASSISTANT, content=[CALLED]),
    claude(4, "user", content=[GAVE]),
    claude(
        5,
        "assistant",
        **ASSISTANT | {"id": "msg_2", "stop_reason": "end_turn"},
        content=[{"type": "text", "text": "It failed."}],
    ),
    claude(8, "user", content="thanks"),
]


def codex(second: int, kind: str, **payload: Any) -> dict[str, Any]:
    return {"timestamp": f"{AT}{second}.000Z", "type": kind, "payload": payload}


USED = {
    "input_tokens": 900,
    "cached_input_tokens": 300,
    "output_tokens": 40,
    "reasoning_output_tokens": 10,
    "total_tokens": 940,
}
CODEX = [
    codex(0, "session_meta", id="rollout-1", cli_version="0.169.0"),
    codex(0, "turn_context", model="gpt-5-codex"),
    codex(1, "event_msg", type="user_message", message="list the files"),
    codex(3, "response_item", type="function_call", name="shell", arguments="{}", call_id="c1"),
    codex(3, "event_msg", type="token_count", info={"last_token_usage": USED}),
    codex(4, "response_item", type="function_call_output", call_id="c1", output="a.py"),
    codex(
        6,
        "response_item",
        type="message",
        role="assistant",
        content=[{"type": "output_text", "text": "one file"}],
    ),
    codex(6, "event_msg", type="token_count", info={"last_token_usage": USED}),
]


def lines(path: Path, values: list[Any]) -> None:
    path.write_text("".join(f"{json.dumps(one)}\n" for one in values), encoding="utf-8")


@pytest.fixture(scope="module")
def imported(server: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Any]:
    """A project with all of it, the folder that it came from, and what the command said."""
    folder = tmp_path_factory.mktemp("exports")
    page = {"data": [LANGFUSE], "meta": {"page": 1}}
    (folder / "langfuse.json").write_text(json.dumps(page, indent=1), encoding="utf-8")
    lines(folder / "phoenix.jsonl", [PHOENIX])
    lines(folder / "claude.jsonl", CLAUDE_CODE)
    lines(folder / "codex.jsonl", CODEX)
    row = {name: one for name, one in PHOENIX.items() if one is not None and one != []}
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    row |= {"context.trace_id": "c" * 32, "start_time": at, "end_time": at}
    pq.write_table(pa.Table.from_pylist([row]), folder / "phoenix.parquet")
    project = f"import-{uuid.uuid4().hex[:12]}"
    ran = run(server, "import", str(folder), "-p", project, "--json")
    settle(server)
    assert ran.code == 0, ran.err
    return project, folder, json.loads(ran.out)


def spans_of(server: Server, project: str, asked: str) -> list[Any]:
    """The spans that pass a filter, in order of start, with everything in them."""
    path = f"/api/v1/spans?project={project}&from=2026-01-01&filter={quote(asked)}"
    found = [
        server.get(f"/api/v1/traces/{row['trace_id']}/spans/{row['span_id']}?project={project}")
        for row in server.get(path)["spans"]
    ]
    return sorted(found, key=lambda one: (one["start"], one["kind"] != "agent"))


def test_every_file_is_known_by_its_content(imported: tuple[str, Path, Any]) -> None:
    _, _, report = imported

    assert report["files"] == {"Langfuse": 1, "Phoenix": 2, "Claude Code": 1, "Codex": 1}
    assert report["taken"] == {"traces": 1, "spans": 2 + 2 + 5 + 4, "scores": 1}
    assert (report["not_taken"], report["reasons"]) == (0, [])


def test_a_trace_of_langfuse_keeps_its_tree_usage_cost_and_scores(
    server: Server, imported: tuple[str, Path, Any]
) -> None:
    project, _, _ = imported

    [call] = spans_of(server, project, "session:s-1 kind:llm")
    [failed] = spans_of(server, project, "session:s-1 status:error")
    trace = server.get(f"/api/v1/traces/{call['trace_id']}?project={project}")["trace"]

    assert (call["name"], call["request_model"], call["usage"]["input"]) == (
        "chat",
        "gpt-4o-mini",
        24,
    )
    assert call["cost"]["reported"] == "0.0123"
    assert call["output_messages"][0]["parts"][0]["content"] == "on its way"
    assert (failed["name"], failed["error_message"]) == ("look up", "no such order")
    assert failed["parent_id"] == call["parent_id"]
    assert (trace["name"], trace["user_id"], trace["tags"]) == ("answer", "u-1", ["beta"])
    assert trace["scores"] == {"helpful": 1.0}


def test_observations_that_langfuse_exported_to_a_bucket_keep_what_they_say_of_their_trace(
    server: Server, tmp_path: Path
) -> None:
    project = f"bucket-{uuid.uuid4().hex[:12]}"
    of_trace = {"trace_id": "t-9", "trace_name": "answer", "user_id": "u-9", "session_id": "s-9"}
    root = {
        "id": "o-1",
        "type": "SPAN",
        "name": "agent",
        "start_time": "2026-11-20 10:00:00.250000",
    }
    call = {
        "id": "o-2",
        "type": "GENERATION",
        "parent_observation_id": "o-1",
        "name": "chat",
        "start_time": "2026-11-20 10:00:01.000000",
        "end_time": "2026-11-20 10:00:02.000000",
        "provided_model_name": "gpt-4o-mini",
        "usage_details": {"input": 24, "output": 9},
    }
    lines(tmp_path / "observations.jsonl", [of_trace | root, of_trace | call])

    ran = run(server, "import", str(tmp_path), "-p", project, "--json")
    settle(server)

    assert json.loads(ran.out)["taken"] == {"spans": 2}, ran.err
    [found] = spans_of(server, project, "kind:llm")
    trace = server.get(f"/api/v1/traces/{found['trace_id']}?project={project}")["trace"]
    assert (trace["name"], trace["user_id"], trace["session_id"]) == ("answer", "u-9", "s-9")
    assert trace["start"] == "2026-11-20T10:00:00.250000000Z"
    assert (found["start"], found["duration_ns"]) == (
        "2026-11-20T10:00:01.000000000Z",
        1_000_000_000,
    )
    assert (found["request_model"], found["usage"]["input"]) == ("gpt-4o-mini", 24)


def test_a_span_of_phoenix_is_read_as_its_library_would_have_sent_it(
    server: Server, imported: tuple[str, Path, Any]
) -> None:
    project, _, _ = imported

    of_lines, of_parquet = (
        server.get(f"/api/v1/traces/{letter * 32}/spans/{'b' * 16}?project={project}")
        for letter in "ac"
    )

    for found in (of_lines, of_parquet):
        assert (found["kind"], found["response_model"]) == ("llm", "gpt-4o-mini")
        assert (found["usage"]["input"], found["usage"]["output"]) == (24, 9)
        assert found["input_messages"][0]["parts"][0]["content"] == "capital?"
        assert found["output_messages"][0]["parts"][0]["content"] == "Paris"
    assert of_lines["duration_ns"] == 1_500_000_000
    assert of_parquet["start"] == "2026-11-20T10:00:00.000000000Z"


def test_a_session_of_claude_code_is_turns_with_calls_and_tools(
    server: Server, imported: tuple[str, Path, Any]
) -> None:
    project, _, _ = imported

    found = spans_of(server, project, "session:session-1")

    turn, call, tool, last, thanks = found
    assert [one["kind"] for one in found] == ["agent", "llm", "tool", "llm", "agent"]
    assert (turn["input"], turn["output"]) == ("list the files", "It failed.")
    assert {one["parent_id"] for one in (call, tool, last)} == {turn["span_id"]}
    assert (call["usage"]["input"], call["usage"]["cache_read"]) == (1_204, 1_000)
    assert [part["type"] for part in call["output_messages"][0]["parts"]] == ["text", "tool_call"]
    assert (tool["tool_name"], tool["status"]) == ("Bash", "error")
    assert (tool["tool_arguments"], tool["duration_ns"]) == ({"command": "ls"}, 2 * 10**9)
    assert last["finish_reason"] == "stop"
    assert (thanks["input"], thanks["trace_id"] == turn["trace_id"]) == ("thanks", False)


def test_a_session_of_codex_is_a_turn_with_calls_and_tools(
    server: Server, imported: tuple[str, Path, Any]
) -> None:
    project, _, _ = imported

    turn, call, tool, last = spans_of(server, project, "session:rollout-1")

    assert (turn["input"], turn["output"]) == ("list the files", "one file")
    assert (call["request_model"], call["usage"]["input"], call["usage"]["reasoning"]) == (
        "gpt-5-codex",
        900,
        10,
    )
    assert (tool["tool_name"], tool["tool_result"]) == ("shell", "a.py")
    assert last["kind"] == "llm"


def test_importing_them_again_changes_nothing(
    server: Server, imported: tuple[str, Path, Any]
) -> None:
    project, folder, report = imported
    before = run(server, "export", "-p", project).out

    again = run(server, "import", str(folder), "-p", project, "--json")
    settle(server)

    assert json.loads(again.out) == report
    assert run(server, "export", "-p", project).out == before


def test_what_cannot_be_read_of_an_export_is_told(server: Server, tmp_path: Path) -> None:
    bare = LANGFUSE | {"observations": ["call-1"], "scores": []}
    lines(tmp_path / "langfuse.jsonl", [bare, {"id": 1}])
    lines(tmp_path / "phoenix.jsonl", [PHOENIX | {"start_time": "soon"}, {"name": "x"}])
    lines(tmp_path / "claude.jsonl", [CLAUDE_CODE[1], CLAUDE_CODE[2] | {"timestamp": "soon"}])

    project = f"import-{uuid.uuid4().hex[:12]}"
    ran = run(server, "import", str(tmp_path), "-p", project, "--json")

    report = json.loads(ran.out)
    assert (ran.code, report["not_taken"]) == (1, 5)
    reasons = " ".join(one["reason"] for one in report["reasons"])
    for said in ("id alone", "no trace, observation", "start_time", "trace_id", "timestamp"):
        assert said in reasons
