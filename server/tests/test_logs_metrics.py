"""Logs and metrics are kept raw and complete, and log events complete the spans that they belong to."""

import json
from dataclasses import fields
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord as SentRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from clearspan_server.ingest import decode_logs, decode_metrics, decode_metrics_json
from clearspan_server.ingest.draft import DecodedLogs, DecodedPoints
from clearspan_server.ingest.encode import Privacy, finish
from clearspan_server.ingest.encode_records import finish_log, finish_point
from clearspan_server.ingest.normalise import normalise
from clearspan_server.ingest.redact import Redactor
from clearspan_server.model.log import LogRecord
from clearspan_server.model.metric import MetricPoint
from clearspan_server.model.span import Span
from clearspan_server.store import log_columns, metric_columns
from clearspan_server.store.columns import to_bytes
from clearspan_server.store.engine import Engine
from clearspan_server.store.statements import statement
from fuzzing import CAPTURES, in_json

PRIVACY = Privacy(Redactor(), b"key")
NOW_NS = 1_790_000_000_000_000_000
LEGACY = CAPTURES / "otel-openai-v2-2.4b0-legacy"
GENAI = CAPTURES / "otel-genai-1.3b0"


@pytest.mark.parametrize(
    ("record", "table", "schema"),
    [(LogRecord, "logs", log_columns.SCHEMA), (MetricPoint, "metrics", metric_columns.SCHEMA)],
)
def test_a_record_has_the_columns_of_its_table_in_their_order(
    engine: Engine, record: type, table: str, schema: Any
) -> None:
    rows = engine.query(
        "select table, name from system.columns where database = currentDatabase()"
        " and table in ('logs', 'metrics') and default_kind = '' order by position"
    )

    assert [row["name"] for row in rows if row["table"] == table] == [
        field.name for field in fields(record)
    ]
    assert schema.names == [field.name for field in fields(record)]


@pytest.mark.parametrize("body", sorted(CAPTURES.glob("*/*.logs*.bin")), ids=lambda one: one.name)
def test_both_encodings_of_captured_logs_say_the_same(body: Any) -> None:
    sent = body.read_bytes()

    by_protobuf = [finish_log(one, PRIVACY) for one in logs(sent).drafts]
    by_json = decode_logs.decode_json(in_json("logs", sent), "p").drafts

    assert by_protobuf
    assert [finish_log(one, PRIVACY) for one in by_json] == by_protobuf


@pytest.mark.parametrize(
    "body", sorted(CAPTURES.glob("*/*.metrics*.bin")), ids=lambda one: one.name
)
def test_both_encodings_of_captured_metrics_say_the_same(body: Any) -> None:
    sent = body.read_bytes()

    by_protobuf = [finish_point(one, PRIVACY) for one in points(sent).drafts]
    by_json = decode_metrics_json.decode_json(in_json("metrics", sent), "p").drafts

    assert by_protobuf
    assert [finish_point(one, PRIVACY) for one in by_json] == by_protobuf


def test_rows_of_both_kinds_reach_the_engine(engine: Engine) -> None:
    log = finish_log(logs((LEGACY / "chat.logs.bin").read_bytes()).drafts[0], PRIVACY)
    point = finish_point(points((GENAI / "chat.metrics.bin").read_bytes()).drafts[0], PRIVACY)
    log.project = point.project = "logs and metrics"

    for table, layout, record in (("logs", log_columns, log), ("metrics", metric_columns, point)):
        batch = layout.to_batch([record])
        read = layout.from_bytes(to_bytes(batch), 1)
        engine.insert(table, read, token=table)

    one = engine.query("select * from logs where project = 'logs and metrics'")[0]
    other = engine.query("select * from metrics where project = 'logs and metrics'")[0]
    assert (one["record_id"], one["body"]) == (log.record_id, log.body)
    assert (other["series"], other["bucket_counts"]) == (point.series, point.bucket_counts)


def test_what_is_known_of_series_is_the_same_from_each_insert_as_from_all_points(
    engine: Engine,
) -> None:
    sent = [points((GENAI / "chat.metrics.bin").read_bytes()) for _ in range(2)]
    rows = [finish_point(draft, PRIVACY) for one in sent for draft in one.drafts]
    for place, row in enumerate(rows):
        row.project = "series"
        row.time_ns += place
        engine.insert(
            "metrics",
            metric_columns.from_bytes(to_bytes(metric_columns.to_batch([row])), 1),
            token=f"series {place}",
        )

    for table in ("metric_series", "metric_hours"):
        asked = f"select * from {table} final where project = 'series' order by all"  # noqa: S608
        by_inserts = engine.query(asked)
        engine.command(f"truncate table {table}")
        engine.command(statement("clearspan_server.store.schema", f"{table}_stored"))

        assert by_inserts
        assert engine.query(asked) == by_inserts


def test_a_record_that_is_sent_again_is_the_same_and_another_is_not() -> None:
    body = log_request(record(body="a"), record(body="a"), record(body="b"))

    first, again, other = (finish_log(one, PRIVACY).record_id for one in logs(body).drafts)

    assert first == again != other


def test_records_that_redaction_makes_alike_stay_two() -> None:
    body = log_request(record(body="ann@shop.example"), record(body="bob@shop.example"))

    first, second = (finish_log(one, PRIVACY) for one in logs(body).drafts)

    assert first.body == second.body == '"[redacted:email]"'
    assert first.redactions == {"email": 1}
    assert first.record_id != second.record_id


def test_a_record_without_a_time_has_the_time_of_its_observation_else_of_its_coming() -> None:
    observed, none = record(time_ns=0), record(time_ns=0)
    observed.observed_time_unix_nano = NOW_NS

    first, second = (one.record for one in logs(log_request(observed, none)).drafts)

    assert (first.time_ns, first.truncated) == (NOW_NS, [])
    assert second.time_ns > NOW_NS
    assert second.truncated == ["time_ns:not sent, this is when it came"]


def test_ids_of_a_record_that_are_none_are_left_out_and_told() -> None:
    zero, short = record(), record()
    zero.trace_id, zero.span_id = bytes(16), bytes(8)
    short.trace_id = b"\x01\x02"

    first, second = (one.record for one in logs(log_request(zero, short)).drafts)

    assert (first.trace_id, first.span_id, first.truncated) == ("", "", [])
    assert (second.trace_id, second.truncated) == ("", ["trace_id:sent as '0102'"])


def test_a_record_of_another_century_is_rejected_alone() -> None:
    found = logs(log_request(record(time_ns=NOW_NS // 10**6), record()))

    assert [one.code for one in found.rejected] == ["bad_time"]
    assert len(found.drafts) == 1


def test_messages_that_come_as_events_become_a_part_of_their_span() -> None:
    found = logs((LEGACY / "tool_call.logs.2.bin").read_bytes())

    first, second = (part_of(draft) for draft in found.parts)

    assert first.span_id != second.span_id
    assert [one["role"] for one in json.loads(second.input)] == [
        *("system", "user", "assistant", "tool")
    ]
    assert json.loads(second.input)[3]["parts"][0]["id"] == "call_abc123"
    assert json.loads(second.output)[0]["finish_reason"] == "stop"
    assert second.output_preview == "It is 18 C and sunny in Paris."
    assert (second.kind, second.provider, second.service) == ("llm", "openai", "capture-app")
    assert second.end_ns is None


def test_the_event_that_tells_everything_fills_the_call_as_its_span_would() -> None:
    found = logs((GENAI / "chat.logs.bin").read_bytes())

    part = part_of(found.parts[0])

    assert part.start_ns == found.drafts[0].record.time_ns
    assert (part.request_model, part.response_id) == ("gpt-4o-mini", "chatcmpl-FAKE0001")
    assert (part.input_tokens, part.output_tokens) == (24, 9)
    assert "capital of France" in part.input_preview
    assert part.output_preview == "The capital of France is Paris."


def test_events_of_one_span_combine_in_order_of_their_time() -> None:
    late = event("gen_ai.user.message", NOW_NS + 2, content="second")
    early = event("gen_ai.system.message", NOW_NS + 1, content="first")

    part = part_of(logs(log_request(late, early)).parts[0])

    assert part.start_ns == NOW_NS + 1
    assert [one["parts"][0]["content"] for one in json.loads(part.input)] == ["first", "second"]


def test_an_event_of_no_span_and_an_evaluation_make_no_part() -> None:
    stray = event("gen_ai.user.message", NOW_NS, content="x")
    stray.trace_id = bytes(16)
    evaluation = event("gen_ai.evaluation.result", NOW_NS)

    found = logs(log_request(stray, evaluation))

    assert (len(found.drafts), found.parts) == (2, [])


def test_an_event_whose_content_was_not_captured_says_no_message() -> None:
    part = part_of(logs(log_request(event("gen_ai.user.message", NOW_NS))).parts[0])

    assert part.input == ""


def test_a_number_that_is_none_is_unknown_in_its_column_and_told_in_detail() -> None:
    point = points(metric_request(gauge(float("nan")))).drafts[0]

    kept = finish_point(point, PRIVACY)

    assert (kept.value, kept.detail) == (None, '{"value":"NaN"}')


def test_an_integer_that_a_double_cannot_hold_is_exact_in_detail() -> None:
    metric = Metric(name="m")
    metric.gauge.data_points.add(time_unix_nano=NOW_NS, as_int=2**53 + 1)

    kept = finish_point(points(metric_request(metric)).drafts[0], PRIVACY)

    assert json.loads(kept.detail) == {"value": 2**53 + 1}


def test_a_summary_keeps_its_quantiles() -> None:
    metric = Metric(name="m")
    point = metric.summary.data_points.add(time_unix_nano=NOW_NS, count=3, sum=6.0)
    point.quantile_values.add(quantile=0.5, value=2.0)

    kept = finish_point(points(metric_request(metric)).drafts[0], PRIVACY)

    assert (kept.type, kept.count, kept.sum) == ("summary", 3, 6.0)
    assert json.loads(kept.detail) == {"quantiles": [[0.5, 2.0]]}


def test_points_of_one_series_have_one_hash_and_points_of_another_do_not() -> None:
    metric = Metric(name="m")
    for user, at_ns in (("ann@shop.example", 1), ("ann@shop.example", 2), ("bob@shop.example", 1)):
        point = metric.gauge.data_points.add(time_unix_nano=NOW_NS + at_ns, as_double=1)
        pair = point.attributes.add()
        pair.key, pair.value.string_value = "user", user

    first, later, other = (
        finish_point(one, PRIVACY) for one in points(metric_request(metric)).drafts
    )

    assert first.series == later.series != other.series
    assert other.attributes == {"user": '"[redacted:email]"'}


@pytest.mark.parametrize(
    ("metric", "code"),
    [
        (Metric(), "no_value"),
        (Metric(name="m"), "no_value"),
        ({"time_unix_nano": NOW_NS}, "no_value"),
        ({"as_double": 1.0}, "no_time"),
        ({"as_double": 1.0, "time_unix_nano": 1}, "bad_time"),
    ],
)
def test_a_point_that_cannot_be_taken_is_rejected_alone(metric: Any, code: str) -> None:
    made = metric
    if isinstance(metric, dict):
        made = Metric(name="m")
        made.gauge.data_points.add(**metric)

    found = points(metric_request(made, gauge(1.0)))

    assert [one.code for one in found.rejected] == [code]
    assert len(found.drafts) == 1


def test_an_event_that_rust_names_by_its_place_has_the_name_that_is_said() -> None:
    def named(name: str, said: str) -> str:
        made = record()
        made.event_name = name
        pair = made.attributes.add()
        pair.key, pair.value.string_value = "event.name", said
        return logs(log_request(made)).drafts[0].record.event_name

    assert named("event otel/src/events.rs:703", "codex.user_prompt") == "codex.user_prompt"
    assert named("event otel/src/events.rs:703", "") == "event otel/src/events.rs:703"
    assert named("user.signed_up", "other") == "user.signed_up"


def logs(body: bytes) -> DecodedLogs:
    return decode_logs.decode_protobuf(body, "p")


def points(body: bytes) -> DecodedPoints:
    return decode_metrics.decode_protobuf(body, "p")


def part_of(draft: Any) -> Span:
    """The part as it is stored."""
    normalise(draft)
    return finish(draft, PRIVACY)


def record(*, body: str = "hello", time_ns: int = NOW_NS) -> SentRecord:
    made = SentRecord(time_unix_nano=time_ns, trace_id=b"t" * 16, span_id=b"s" * 8)
    made.body.string_value = body
    return made


def event(name: str, time_ns: int, **body: str) -> SentRecord:
    made = record(time_ns=time_ns)
    made.event_name = name
    made.ClearField("body")
    for key, value in body.items():
        pair = made.body.kvlist_value.values.add()
        pair.key, pair.value.string_value = key, value
    return made


def gauge(value: float) -> Metric:
    metric = Metric(name="m")
    metric.gauge.data_points.add(time_unix_nano=NOW_NS, as_double=value)
    return metric


def log_request(*records: SentRecord) -> bytes:
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.extend(records)
    return request.SerializeToString()


def metric_request(*metrics: Metric) -> bytes:
    request = ExportMetricsServiceRequest()
    request.resource_metrics.add().scope_metrics.add().metrics.extend(metrics)
    return request.SerializeToString()
