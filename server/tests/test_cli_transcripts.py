"""Sessions of coding agents that grow, are resumed, shortened and delegate: the same spans, each once, in its place."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from clearspan_server.cli.moving import claude_sessions, codex_sessions
from clearspan_server.cli.moving.records import Place, Record
from commanding import run
from running import Server, settle

AT = "2026-11-20T10:00:"
AGENT, CALL = "ad2d877", "toolu_task"
TURNS = ["019a2d7a-41c4-78b1-b7cc-000000000001", "019a2d7a-41c4-78b1-b7cc-000000000002"]
USED = {"input_tokens": 900, "cached_input_tokens": 300, "output_tokens": 40}


def line(second: int, kind: str, content: Any, **told: Any) -> dict[str, Any]:
    message = {"role": kind, "content": content} | told.pop("message", {})
    return {
        "sessionId": "session-1",
        "uuid": f"line-{second}",
        "type": kind,
        "timestamp": f"{AT}{second:02}.000Z",
        "message": message,
    } | told


def text(said: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": said}]


def answer(second: int, message_id: str, content: list[Any], **told: Any) -> dict[str, Any]:
    usage = {"input_tokens": 10, "output_tokens": 5}
    facts = {"id": message_id, "model": "claude-sonnet-4-5", "usage": usage}
    return line(second, "assistant", content, message=facts, requestId=f"req-{second}", **told)


TASK = {
    "type": "tool_use",
    "id": CALL,
    "name": "Task",
    "input": {"subagent_type": "Explore", "prompt": "find the tests"},
}
GREP = {"type": "tool_use", "id": "toolu_grep", "name": "Grep", "input": {"pattern": "test"}}
GREPPED = {"type": "tool_result", "tool_use_id": "toolu_grep", "content": "a.py"}
DONE = {"type": "tool_result", "tool_use_id": CALL, "content": text("in tests/")}
MAIN = [
    line(0, "user", "where are the tests?"),
    answer(1, "msg_1", [TASK]),
    line(9, "user", [DONE], toolUseResult={"agentId": AGENT, "status": "completed"}),
    answer(10, "msg_2", text("In tests/.")),
]


def side(*, with_id: bool) -> list[dict[str, Any]]:
    told = {"isSidechain": True} | ({"agentId": AGENT} if with_id else {})
    return [
        line(2, "user", "find the tests", parentUuid=None, **told),
        answer(3, "msg_s1", [GREP], parentUuid="line-2", **told),
        line(4, "user", [GREPPED], parentUuid="line-3", **told),
        answer(5, "msg_s2", text("in tests/"), parentUuid="line-4", **told),
    ]


def write(path: Path, lines: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(one)}\n" for one in lines), encoding="utf-8")
    return path


def spans_of(read: Any, lines: list[Any], file: str = "s.jsonl") -> dict[str, dict[str, Any]]:
    """The spans by their ids; each comes once."""
    values = ((Place(file, f"line {number}"), one) for number, one in enumerate(lines, 1))
    records = [one for one in read(values) if isinstance(one, Record)]
    spans = [
        span
        for record in records
        for group in record.body
        for scope in group["scopeSpans"]
        for span in scope["spans"]
    ]
    found = {span["spanId"]: span for span in spans}
    assert len(found) == len(spans)
    return found


def tree(spans: dict[str, dict[str, Any]]) -> dict[str, str]:
    """By what spans are called, what their parents are called."""
    names = {key: span["name"] for key, span in spans.items()} | {"": ""}
    return {span["name"]: names[span["parentSpanId"]] for span in spans.values()}


DELEGATED = {
    "invoke_agent claude-code": "",
    "chat claude-sonnet-4-5": "invoke_agent Explore",
    "execute_tool Task": "invoke_agent claude-code",
    "invoke_agent Explore": "execute_tool Task",
    "execute_tool Grep": "invoke_agent Explore",
}


@pytest.mark.parametrize("with_id", [True, False], ids=["by its id", "by its prompt"])
def test_a_side_chain_is_an_agent_below_the_call_that_started_it(*, with_id: bool) -> None:
    spans = spans_of(claude_sessions.records, [*MAIN[:2], *side(with_id=with_id), *MAIN[2:]])

    assert tree(spans) == DELEGATED
    assert len(spans) == 3 + 5 - 1 + 1
    of_main = [one for one in spans.values() if one["name"].startswith("chat")]
    parents = [spans[one["parentSpanId"]]["name"] for one in of_main]
    assert sorted(parents) == ["invoke_agent Explore"] * 2 + ["invoke_agent claude-code"] * 2


@pytest.mark.parametrize("place", ["session-1/subagents", "."])
def test_a_side_chain_of_its_own_file_comes_with_its_session(
    server: Server, tmp_path: Path, place: str
) -> None:
    write(tmp_path / "session-1.jsonl", MAIN)
    write(tmp_path / place / f"agent-{AGENT}.jsonl", side(with_id=True))
    project = f"agents-{uuid.uuid4().hex[:12]}"

    ran = run(server, "import", str(tmp_path), "-p", project, "--json")
    settle(server)

    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["taken"] == {"spans": 8}
    [trace] = server.get(f"/api/v1/traces?project={project}&from=2026-01-01")["traces"]
    assert (trace["span_count"], trace["name"]) == (8, "invoke_agent claude-code")


def test_a_side_chain_without_its_session_is_a_turn_of_its_own() -> None:
    spans = spans_of(claude_sessions.records, side(with_id=True))

    assert tree(spans)["execute_tool Grep"] == "invoke_agent claude-code"
    assert len(spans) == 4


def test_a_session_of_claude_code_that_grew_or_was_resumed_gives_the_same_spans() -> None:
    grown = [*MAIN, line(20, "user", "and the docs?"), answer(21, "msg_3", text("In docs/."))]
    summary = line(15, "user", "This goes on from before.", isCompactSummary=True)
    resumed = [one | {"sessionId": "session-2"} for one in (*grown[:4], *grown[:4], summary)]

    before, after = (spans_of(claude_sessions.records, lines) for lines in (MAIN, grown))
    again = spans_of(claude_sessions.records, resumed, "other.jsonl")

    assert before.items() <= after.items()
    assert len(after) == len(before) + 2
    assert set(again) == set(before)


def test_a_call_that_is_told_in_pieces_between_results_is_one_span() -> None:
    other = GREP | {"id": "toolu_2"}
    second = GREPPED | {"tool_use_id": "toolu_2"}
    lines = [
        line(0, "user", "look twice"),
        answer(1, "msg_1", [GREP]),
        line(2, "user", [GREPPED]),
        answer(3, "msg_1", [other]),
        line(4, "user", [second]),
    ]

    names = [one["name"] for one in spans_of(claude_sessions.records, lines).values()]

    assert names.count("chat claude-sonnet-4-5") == 1
    assert names.count("execute_tool Grep") == 2


def codex(second: int, kind: str, **payload: Any) -> dict[str, Any]:
    return {"timestamp": f"{AT}{second:02}.000Z", "type": kind, "payload": payload}


def codex_turn(second: int, turn_id: str, prompt: str) -> list[dict[str, Any]]:
    told = {"turn_id": turn_id} if turn_id else {}
    call = f"call_{second}"
    said = [{"type": "output_text", "text": f"done: {prompt}"}]
    return [
        codex(second, "event_msg", type="task_started", **told),
        codex(second, "turn_context", model="gpt-5-codex", **told),
        codex(second, "event_msg", type="user_message", message=prompt),
        codex(second + 1, "response_item", type="function_call", name="shell", call_id=call),
        codex(second + 1, "event_msg", type="token_count", info={"last_token_usage": USED}),
        codex(second + 2, "response_item", type="function_call_output", call_id=call, output="x"),
        codex(second + 3, "response_item", type="message", role="assistant", content=said),
        codex(second + 3, "event_msg", type="token_count", info={"last_token_usage": USED}),
        codex(second + 4, "event_msg", type="task_complete", **told),
    ]


META = codex(0, "session_meta", id="rollout-1", cli_version="0.169.0")


@pytest.mark.parametrize("ids", [TURNS, ["", ""], ["1", "2"]], ids=["uuids", "none", "numbers"])
def test_a_session_of_codex_that_grew_was_shortened_or_rotated_gives_the_same_spans(
    ids: list[str],
) -> None:
    first, second = codex_turn(1, ids[0], "list files"), codex_turn(11, ids[1], "read them")
    shorter = codex(10, "compacted", message="a summary", replacement_history=[])

    half = spans_of(codex_sessions.records, [META, *first[:6]])
    before = spans_of(codex_sessions.records, [META, *first])
    after = spans_of(codex_sessions.records, [META, *first, shorter, *second])
    rotated = spans_of(codex_sessions.records, [META, shorter, *second], "rotated.jsonl")

    assert set(half) < set(before)
    assert (len(half), len(before), len(after)) == (3, 4, 8)
    assert (
        before.items()
        <= {
            key: span | {"endTimeUnixNano": before.get(key, span)["endTimeUnixNano"]}
            for key, span in after.items()
        }.items()
    )
    assert rotated.items() <= after.items()
    assert set(rotated) == set(after) - set(before)


def test_a_fork_of_a_session_of_codex_does_not_double_its_turns() -> None:
    turn = codex_turn(1, TURNS[0], "list files")
    fork = codex(0, "session_meta", id="rollout-2", forked_from_id="rollout-1")

    spans = [spans_of(codex_sessions.records, [*metas, *turn]) for metas in ([META], [fork, META])]

    assert set(spans[0]) == set(spans[1])


def test_what_is_said_while_codex_works_belongs_to_its_turn() -> None:
    turn = codex_turn(1, TURNS[0], "list files")
    steered = [*turn[:6], codex(4, "event_msg", type="user_message", message="quick"), *turn[6:]]

    spans = spans_of(codex_sessions.records, [META, *steered])

    assert len(spans) == 4
    assert '"quick"' in json.dumps(list(spans.values())).replace("\\", "")
