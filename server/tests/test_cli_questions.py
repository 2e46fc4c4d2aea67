"""`clearspan sql`, `cost`, `metrics`, `logs`, `compare` and `whatif`, for people and for programs."""

import json
import re
import time

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import SeverityNumber
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from commanding import holds, run, run_json
from running import Server, settle
from sending import PROTOBUF, post, request_of, span

PROJECT = "cli-questions"
FIRST, SECOND = (bytes([number]) * 16 for number in (0xD4, 0xE5))
HERE = ("-p", PROJECT)


@pytest.fixture(scope="module", autouse=True)
def sent(server: Server) -> None:
    """Two runs of one agent, the second without its tool; a log record of the first, and a gauge."""
    headers = PROTOBUF | {"x-clearspan-project": PROJECT}
    body = request_of([*agent(FIRST, tool=True), *agent(SECOND, tool=False)], service__name="shop")
    assert post(server.url, "/v1/traces", body, headers)[0] == 200
    assert post(server.url, "/v1/logs", records(), headers)[0] == 200
    assert post(server.url, "/v1/metrics", points(), headers)[0] == 200
    settle(server)


def agent(trace_id: bytes, *, tool: bool) -> list[Span]:
    root = span("=agent", {"input.value": "where is it?"}, trace_id=trace_id)
    call = span(
        "chat",
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 10_000,
            "gen_ai.usage.output_tokens": 100,
        },
        trace_id=trace_id,
        parent=root.span_id,
    )
    call.start_time_unix_nano = root.start_time_unix_nano + 500_000_000
    call.end_time_unix_nano = root.end_time_unix_nano
    found = [root, call]
    if tool:
        search = span(
            "search", {"gen_ai.tool.name": "search"}, trace_id=trace_id, parent=root.span_id
        )
        search.start_time_unix_nano = root.start_time_unix_nano
        search.end_time_unix_nano = root.start_time_unix_nano + 400_000_000
        found.append(search)
    return found


def records() -> bytes:
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add()
    record.time_unix_nano = time.time_ns()
    record.severity_number = SeverityNumber.SEVERITY_NUMBER_WARN
    record.body.string_value = "stock is \x1b[5mlow"
    record.trace_id, record.span_id = FIRST, b"\x01" * 8
    return request.SerializeToString()


def points() -> bytes:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add()
    metric.name, metric.unit = "queue.wait", "s"
    point = metric.gauge.data_points.add()
    point.time_unix_nano, point.as_double = time.time_ns(), 1.25
    return request.SerializeToString()


def test_sql_answers_as_a_table_as_json_and_as_csv(server: Server) -> None:
    query = "select name, count() as spans, '=1+1' as sum from spans group by name order by name"

    table = run(server, "sql", query, *HERE)
    answer = run_json(server, "sql", query, *HERE)
    lines = run(server, "sql", "-", "--csv", *HERE, stdin=query)

    assert [row.split() for row in table.out.splitlines()] == [
        ["name", "spans", "sum"],
        ["=agent", "2", "=1+1"],
        ["chat", "2", "=1+1"],
        ["search", "1", "=1+1"],
    ]
    assert [row[0] for row in answer["rows"]] == ["=agent", "chat", "search"]
    assert lines.out.splitlines()[:2] == ["name,spans,sum", "'=agent,2,'=1+1"]


def test_sql_that_is_not_allowed_is_refused_with_its_place(server: Server) -> None:
    told = run(server, "sql", "drop table spans", *HERE)

    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("clearspan: line 1, column 12:")


def test_cost_is_told_by_what_it_was_for(server: Server) -> None:
    told = run(server, "cost", "--by", "service", *HERE)
    report = run_json(server, "cost", "--by", "service", *HERE)

    assert [row["value"] for row in report["rows"]] == ["shop"]
    dollars = float(report["totals"]["cost"])
    assert dollars > 0
    assert f"${dollars:.4f} · 2 calls · 20k→200 tok" in told.out.splitlines()[0]
    assert re.search(r"^shop +\$0\.\d+ +100 % +█+ +2 ", told.out, re.MULTILINE)


def test_no_cost_says_what_to_do(server: Server) -> None:
    told = run(server, "cost", "model:nobody", *HERE)

    assert (told.code, told.out) == (0, "")
    assert "without the filter there are model calls" in told.err


def test_metrics_are_listed_and_drawn(server: Server) -> None:
    names = run_json(server, "metrics", *HERE)
    told = run(server, "metrics", "queue.wait", "--stat", "max", *HERE)
    reply = json.loads(run(server, "metrics", "queue.wait", "--json", *HERE).out)

    assert [one["name"] for one in names["names"]] == ["queue.wait"]
    holds("metrics NAME", reply)
    assert re.search(r"^all +[·█]+ +1\.25 s +1\.25 s +1\.25 s$", told.out, re.MULTILINE)


def test_log_records_of_a_trace_are_listed(server: Server) -> None:
    told = run(server, "logs", "--trace", FIRST.hex(), *HERE)
    page = run_json(server, "logs", *HERE)

    assert [row["trace_id"] for row in page["logs"]] == [FIRST.hex()]
    assert re.search(r"warn +stock is \\x1b\[5mlow", told.out)


def test_two_traces_that_differ_are_told_apart(server: Server) -> None:
    told = run(server, "compare", FIRST.hex(), SECOND.hex()[:8], *HERE)
    found = run(server, "compare", FIRST.hex(), SECOND.hex(), "--json", *HERE)

    holds("compare", json.loads(found.out))
    assert (told.code, found.code) == (1, 1)
    assert "≠ Only the first has tool search" in told.out
    assert re.search(r"^▶− +⬡ search +400 ms +only in A$", told.out, re.MULTILINE)


def test_a_trace_is_the_same_as_itself(server: Server) -> None:
    told = run(server, "compare", FIRST.hex(), FIRST.hex(), *HERE)

    assert told.code == 0, told.err
    assert "✓ the same steps" in told.out
    assert "… 3 steps are the same" in told.out


def test_another_model_and_a_slower_tool_change_time_and_cost(server: Server) -> None:
    supposed = (FIRST.hex(), "--slow", "search=3x", "--model", "openai/gpt-4o-mini")

    told = run(server, "whatif", *supposed, *HERE)
    found = run_json(server, "whatif", *supposed, *HERE)

    assert float(found["after"]["cost"]) < float(found["before"]["cost"])
    assert found["after"]["duration_ns"] == 1_800_000_000
    assert re.search(r"^took +1\.00 s +1\.80 s +↑ 80 %$", told.out, re.MULTILINE)
    assert re.search(r"⬡ search +█+ +400 ms +1\.20 s +[0-9a-f]{16}$", told.out, re.MULTILINE)
    assert "▸ " in told.out


def test_a_change_of_nothing_says_so_and_a_model_without_a_price_costs_no_zero(
    server: Server,
) -> None:
    missed = run(server, "whatif", FIRST.hex(), "--slow", "nope=3x", *HERE)
    unknown = run(server, "whatif", FIRST.hex(), "--model", "nosuch", *HERE)

    assert missed.code == unknown.code == 0
    assert missed.err == "▸ no span of this trace is name:nope: that changes nothing\n"
    assert unknown.err == ""
    assert re.search(r"^cost +\$\S+ +[0-9]+ calls? without a price$", unknown.out, re.MULTILINE)


@pytest.mark.parametrize("since", ["yesterday", "7days", "2026-13-01T00:00Z", "2026-11-23T09:30"])
def test_what_is_no_time_is_told_as_it_was_typed(server: Server, since: str) -> None:
    told = run(server, "traces", "--since", since, *HERE)

    assert (told.code, told.out) == (2, "")
    assert told.err.startswith(f"clearspan: {since!r} is no time: 15m, 2h, 7d")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "nothing is supposed"),
        (("--slow", "rerank"), "'rerank' does not say how much: `rerank=3x` does"),
        (("--slow", "rerank=fast"), "'rerank=fast' holds no number"),
        (("--timeout", "tool=soon"), "'tool=soon' says no time"),
    ],
)
def test_what_cannot_be_supposed_is_refused(
    server: Server, options: tuple[str, ...], said: str
) -> None:
    told = run(server, "whatif", FIRST.hex(), *options, *HERE)

    assert (told.code, told.out) == (2, "")
    assert said in told.err
