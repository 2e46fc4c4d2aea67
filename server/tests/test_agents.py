"""Sessions of coding agents: log events of Claude Code and Codex become turns, whatever order they come in."""

import random
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pytest
from typing_extensions import override

from agents import CLAUDE_CODE, CODEX, SECOND_NS, Told, claude_code_request, codex_request
from clearspan_server.api.window import rfc3339
from clearspan_server.ingest import decode_logs
from clearspan_server.ingest.encode import Privacy
from clearspan_server.ingest.encode_records import finish_log
from clearspan_server.ingest.prices import LIST_ONLY
from clearspan_server.ingest.redact import Redactor
from clearspan_server.ingest.renormalise import Today
from clearspan_server.jobs.agents import stitch
from clearspan_server.store import log_columns
from clearspan_server.store.agenda import Hour
from clearspan_server.store.counting import hour_of
from clearspan_server.store.derived import derive_traces
from clearspan_server.store.engine import Engine, Row
from reading import Reader
from running import Server, settle
from sending import post

JSON = {"content-type": "application/json"}
TODAY = Today(LIST_ONLY, Privacy(Redactor(), b"key"))
ASKED = {"endpoint": "/responses", "http.response.status_code": 200, "duration_ms": "800"}
DONE = {"event.kind": "response.completed", "input_token_count": "9", "output_token_count": "2"}
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
    settle(server)
    assert [one["span_count"] for one in traces_of(server, "claude")] == [6, 2]
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


def test_what_claude_code_caches_for_an_hour_costs_twice_the_input(
    claude: list[list[dict[str, Any]]],
) -> None:
    call = claude[1][1]

    assert (call["input_tokens"], call["usage"]["cache_write"]) == (1_005, 1_000)
    assert float(call["total_cost"]) == pytest.approx(0.00612) == float(call["cost"]["reported"])


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
    settle(server)

    first, second = told_of(server, "codex")

    assert [one["span_count"] for one in traces_of(server, "codex")] == [4, 2]
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

    settle(server)

    counts = [[one["span_count"] for one in traces_of(server, each)] for each in (whole, pieces)]
    assert len(counts[0]) == 2
    assert counts[0] == counts[1]
    assert without_ids(told_of(server, pieces)) == without_ids(told_of(server, whole))


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

    settle(server)
    assert len(traces_of(server, "traced")) == 1
    asked = quote("session:s-9")
    assert server.get(f"/api/v1/traces?project=traced&filter={asked}")["traces"] == []


def test_a_turn_that_began_long_ago_keeps_its_calls_to_itself(server: Server) -> None:
    """Of a session that goes on for longer than is read at once, the next turn gets nothing of it."""

    def calls(at_s: float) -> list[Told]:
        return [("api_request", at_s, ASKED), ("sse_event", at_s + 2, DONE)]

    hour_s, begun_ns = 3_600, NOW_NS - 30 * 3_600 * SECOND_NS
    first: list[Told] = [("user_prompt", 0, {"prompt": "Go"}), *calls(60), *calls(11.5 * hour_s)]
    second: list[Told] = [("user_prompt", 23 * hour_s, {"prompt": "On"}), *calls(23 * hour_s + 5)]
    listed = f"/api/v1/traces?project=long&sort=start&from={rfc3339(begun_ns)}"

    def counts() -> list[int]:
        return [one["span_count"] for one in server.get(listed)["traces"]]

    send(server, "long", codex_request("c-long", first, begun_ns))
    settle(server)
    assert counts() == [3]
    send(server, "long", codex_request("c-long", second, begun_ns))

    settle(server)
    assert counts() == [3, 2]


class Dying(Engine):
    """An engine whose server is killed at one of its inserts; what came before is stored."""

    def __init__(self, engine: Engine, inserts: int) -> None:
        vars(self).update(vars(engine))
        self.left = inserts

    @override
    def insert_rows(
        self, table: str, names: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        super().insert_rows(table, names, rows)


@pytest.mark.parametrize("inserts", [0, 1, 2])
def test_a_server_that_is_killed_while_it_takes_spans_away_leaves_nothing_of_them(
    reader: Reader, inserts: int
) -> None:
    session = (reader.project, "claude-code", "s-k")
    reach_ns = NOW_NS, NOW_NS + 60 * SECOND_NS
    marked: set[Hour] = set()

    def stitch_again(engine: Engine) -> None:
        changed = stitch(engine, lambda _: TODAY, session, reach_ns, marked.update)
        derive_traces(engine, sorted(changed.keys))

    tell(reader, claude_code_request("s-k", CLAUDE_CODE[:2], NOW_NS))
    stitch_again(reader.engine)
    marked.clear()
    [before] = rows_of(reader, "traces")
    # Now it turns out that the turn is told by spans of its own.
    traced = claude_code_request("s-k", CLAUDE_CODE[2:3], NOW_NS)
    traceid = b'"traceId": "' + b"c" * 32 + b'", "timeUnixNano"'
    tell(reader, traced.replace(b'"timeUnixNano"', traceid))

    with suppress(KeyboardInterrupt):
        stitch_again(Dying(reader.engine, inserts))
    stitch_again(reader.engine)

    assert hour_of(reader.project, before["start_ns"]) in marked
    assert rows_of(reader, "traces") == rows_of(reader, "spans") == []


def stitched(reader: Reader, agent: str, session: str, told: Sequence[Told]) -> list[Row]:
    """The spans that a session has after more of it came, without those of turns."""
    make = codex_request if agent == "codex" else claude_code_request
    tell(reader, make(session, told, NOW_NS))
    reach_ns = NOW_NS, NOW_NS + 600 * SECOND_NS
    marked: set[Hour] = set()
    stitch(
        reader.engine, lambda _: TODAY, (reader.project, agent, session), reach_ns, marked.update
    )
    asked = """
        select name, status, error_message, input_tokens, start_ns from spans final
        where project = {project:String} and session_id = {session:String} and kind != 'agent' order by start_ns
    """
    return reader.engine.query(asked, {"project": reader.project, "session": session})


@pytest.mark.parametrize(
    ("agent", "decided", "result"),
    [
        (
            "claude-code",
            {"tool_name": "Write", "tool_use_id": "toolu_9", "decision": "reject"},
            {"tool_name": "Write", "tool_use_id": "toolu_9", "success": "false"},
        ),
        (
            "codex",
            {"tool_name": "shell", "call_id": "call_9", "decision": "denied"},
            {"tool_name": "shell", "call_id": "call_9", "success": "false", "output": "rejected"},
        ),
    ],
)
def test_a_tool_that_was_refused_is_one_cancelled_span_also_when_it_has_a_result(
    reader: Reader, agent: str, decided: dict[str, Any], result: dict[str, Any]
) -> None:
    """Of which the result tells another start: that of the minute before."""
    prompt: Told = ("user_prompt", 0, {"prompt": "Go"})
    ended: Told = ("tool_result", 61, {**result, "duration_ms": "60500"})

    refused = stitched(reader, agent, "s-r", [prompt, ("tool_decision", 60, decided)])
    once = stitched(reader, agent, "s-r", [ended])

    assert [row["status"] for row in refused] == ["cancelled"]
    assert [(row["status"], row["error_message"]) for row in once] == [("cancelled", "")]
    assert once[0]["start_ns"] == NOW_NS + SECOND_NS // 2


def test_a_decision_without_an_id_is_of_no_other_tool(reader: Reader) -> None:
    """As earlier versions of Claude Code tell them."""
    told: list[Told] = [
        ("user_prompt", 0, {"prompt": "Go"}),
        ("tool_result", 2, {"tool_name": "Read", "success": "true", "duration_ms": 5}),
        ("tool_decision", 3, {"tool_name": "Write", "decision": "reject"}),
    ]

    found = stitched(reader, "claude-code", "s-n", told)

    assert [(row["name"], row["status"]) for row in found] == [
        ("execute_tool Read", "ok"),
        ("execute_tool Write", "cancelled"),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        {"error.message": "idle timeout waiting for SSE"},
        {
            "event.kind": "unknown",
            "success": "false",
            "error.message": "idle timeout waiting for SSE",
        },
        {"event.kind": "response.failed", "error.message": "idle timeout waiting for SSE"},
    ],
)
def test_an_answer_of_codex_that_broke_off_is_a_failed_call(
    reader: Reader, broken: dict[str, str]
) -> None:
    told: list[Told] = [
        ("user_prompt", 0, {"prompt": "Go"}),
        ("api_request", 1, ASKED),
        ("sse_event", 2, {"event.kind": "response.output_item.done", "error.message": "unread"}),
        ("sse_event", 4, broken),
        ("api_request", 6, ASKED),
        ("sse_event", 8, DONE),
        ("sse_event", 9, {"error.message": "closed"}),
    ]

    found = stitched(reader, "codex", "s-b", told)

    assert [(row["status"], row["error_message"], row["input_tokens"]) for row in found] == [
        ("error", "idle timeout waiting for SSE", None),
        ("ok", "", 9),
    ]


def test_an_answer_of_codex_that_is_told_to_be_complete_twice_is_one_call(reader: Reader) -> None:
    told: list[Told] = [
        ("user_prompt", 0, {"prompt": "Go"}),
        ("api_request", 1, ASKED),
        ("sse_event", 2, {"event.kind": "response.completed"}),
        ("sse_event", 2.1, DONE),
        ("api_request", 3, ASKED),
        ("sse_event", 4, {"event.kind": "response.completed"}),
        ("api_request", 5, ASKED),
        ("sse_event", 6, DONE),
    ]

    found = stitched(reader, "codex", "s-t", told)

    assert [(row["status"], row["input_tokens"]) for row in found] == [
        ("ok", 9),
        ("ok", None),
        ("ok", 9),
    ]


def tell(reader: Reader, request: bytes) -> None:
    """Store the log events of a request as the writer does."""
    drafts = decode_logs.decode_json(request, reader.project).drafts
    records = [finish_log(draft, TODAY.privacy) for draft in drafts]
    batch = pa.Table.from_batches([log_columns.to_batch(records)])
    reader.engine.insert("logs", batch, token=uuid.uuid4().hex)


def rows_of(reader: Reader, table: str) -> list[Row]:
    """What the project has in a table of the engine."""
    asked = f"select start_ns from {table} final where project = {{project:String}}"  # noqa: S608 - a table's name
    return reader.engine.query(asked, {"project": reader.project})
