"""What files hold, piece by piece: lines, lists and documents of JSON, and messages in protobuf of every signal."""

import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from clearspan_server.cli.moving import otlp, otlp_protobuf
from clearspan_server.cli.moving.moved import Passed
from clearspan_server.cli.moving.records import Record, Untaken
from clearspan_server.cli.moving.values import Broken, values
from commanding import run
from running import Server, settle
from sending import request_of, span

MIB = 1024 * 1024


def found(text: str | bytes, most_bytes: int = MIB) -> list[tuple[str, Any]]:
    data = text if isinstance(text, bytes) else text.encode()
    read = values(io.BufferedReader(io.BytesIO(data)), "file", most_bytes)
    return [
        (place.at, value.reason if isinstance(value, Broken) else value) for place, value in read
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}\n{"b": 2}\n', [("line 1", {"a": 1}), ("line 2", {"b": 2})]),
        ('{"a": 1}\n\n\n{"b": 2}', [("line 1", {"a": 1}), ("line 4", {"b": 2})]),
        ('{"a": 1}\n', [("", {"a": 1})]),
        ('\ufeff{"a": 1}', [("", {"a": 1})]),
        ('{\n "a": [\n 1]}', [("", {"a": [1]})]),
        ('{"data": [{"a": 1}, 2], "meta": {}}', [("item 1", {"a": 1}), ("item 2", 2)]),
        ('[{"a": "]"}, {"b": 2}]', [("item 1", {"a": "]"}), ("item 2", {"b": 2})]),
        (" \n[ ] \n", []),
        ("[1, 23]", [("item 1", 1), ("item 2", 23)]),
    ],
)
def test_values_are_those_of_lines_a_list_or_a_document(text: str, expected: list[Any]) -> None:
    assert found(text) == expected


def test_a_list_that_is_larger_than_what_is_read_at_once_comes_item_by_item() -> None:
    items = [{"number": number, "said": "añejo 夜" * 50_000} for number in range(9)]

    assert [value for _, value in found(json.dumps(items, ensure_ascii=False))] == items


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}\n' + '"' + "x" * 2_000 + '"\n[3]\n', ["a", "more than 1.0 kB", [3]]),
        ('[{"a": 1}, "' + "x" * 2 * MIB + '"]', ["a", "more than 1.0 kB"]),
        ('{"b":\n"' + "x" * 2_000 + '"}', ["more than 1.0 kB"]),
    ],
)
def test_a_value_that_is_too_large_is_told_and_not_held(text: str, expected: list[Any]) -> None:
    read = found(text, 1_000)

    assert len(read) == len(expected)
    assert all(one in value or one == value for one, (_, value) in zip(expected, read, strict=True))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1}\n{"b": \n{"c": 3}', {"line 2": "Expecting value"}),
        ('{"a": \n{"b": 2}\n{"c": 3}', {"line 1": "Expecting value"}),
        ('[{"a": 1}, {"b": }, {"c": 3}]', {"item 2": "Expecting value"}),
        ('[{"a": 1}, {"b": 2', {"item 2": "delimiter"}),
        ('[{"a": 1}', {"item 2": "breaks off"}),
        ('[{"a": 1}] [2]', {"": "behind the end"}),
        (b'[{"a": 1}, "\xff"]', {"behind item 0": "UTF-8"}),
        ("[" * 100_000, {"item 1": "recursion"}),
    ],
)
def test_what_is_no_json_is_told_with_its_place(text: str | bytes, told: dict[str, str]) -> None:
    broken = {at: value for at, value in found(text) if isinstance(value, str)}

    assert broken.keys() == told.keys()
    assert all(said in broken[at] for at, said in told.items())


def logs() -> bytes:
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add()
    record.observed_time_unix_nano = 1_795_000_000_000_000_000
    record.body.string_value = "hello"
    record.trace_id, record.span_id = b"t" * 16, b"s" * 8
    return request.SerializeToString()


def metrics(name: str = "queue") -> bytes:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add()
    metric.name, metric.description = name, "8 bytes!"
    for _ in range(2):
        point = metric.sum.data_points.add()
        point.time_unix_nano, point.as_int = 1_795_000_000_000_000_000, 7
    return request.SerializeToString()


@pytest.mark.parametrize(
    ("data", "door", "counts"),
    [
        (request_of([span("one"), span("two")]), "traces", {"spans": 2}),
        (request_of([span("")]), "traces", {"spans": 1}),
        (logs(), "logs", {"log records": 1}),
        (metrics(), "metrics", {"data points": 2}),
        (metrics("sixteen bytes it"), "metrics", {"data points": 2}),
    ],
    ids=["two spans", "a span without a name", "logs", "metrics", "metrics like spans"],
)
@pytest.mark.parametrize("is_framed", [True, False])
def test_a_message_in_protobuf_is_of_the_signal_that_its_items_are_of(
    data: bytes, door: str, counts: dict[str, int], *, is_framed: bool
) -> None:
    framed = len(data).to_bytes(4) + data
    file = io.BufferedReader(io.BytesIO(framed * 2 if is_framed else data))

    read = list(otlp_protobuf.records(file, "file"))

    assert [(one.door, one.counts) for one in read if isinstance(one, Record)] == [
        (door, counts)
    ] * (2 if is_framed else 1)


def test_a_message_that_is_no_request_or_too_large_is_told() -> None:
    good = request_of([span("one")])
    framed = len(good).to_bytes(4) + good

    for data, said in (
        (b"what is this", "neither JSON nor"),
        (framed + b"\x7f\xff\xff\xff", "behind message 1"),
        (framed + b"\x00\x00\x00\x02\xff\xff", "behind message 1"),
    ):
        *_, last = otlp_protobuf.records(io.BufferedReader(io.BytesIO(data)), "file")
        assert isinstance(last, Untaken)
        assert said in last.reason
    with pytest.raises(EOFError):
        list(otlp_protobuf.records(io.BufferedReader(io.BytesIO(framed[:-1])), "file"))


@pytest.mark.parametrize("step", [1, 7, 64, 100_000])
def test_traces_are_known_by_the_first_id_of_their_lines_however_these_are_cut(step: int) -> None:
    ids = [f"{number:032x}" for number in range(50)]
    lines = "".join(
        f'{{"said":"{"x" * (7 * number % 90)}","traceId":"{one}","links":[{{"traceId":"{"f" * 32}"}}]}}\n'
        for number, one in enumerate(ids)
    ).encode()
    whole, cut = Passed(), Passed()

    file = io.BytesIO(lines)
    file.seek(len(lines))
    whole.look_through(file)
    for at in range(0, len(lines), step):
        cut.look(lines[at : at + step])

    assert cut.ids == whole.ids == set(ids)
    assert file.tell() == len(lines)


def test_a_record_is_divided_by_its_items_and_each_part_says_where_they_came_from() -> None:
    data = request_of([span("x" * 1_000), span("y" * 1_000), span("z" * 3_000)])
    [whole] = otlp_protobuf.records(io.BufferedReader(io.BytesIO(data)), "file")
    assert isinstance(whole, Record)

    parts = otlp.divided(whole, 3_000)

    assert [one.counts for one in parts] == [{"spans": 2}, {"spans": 1}]
    resources = [one.body[0]["resource"] for one in parts]
    assert resources == [whole.body[0]["resource"]] * 2
    [last] = parts[1].body[0]["scopeSpans"][0]["spans"]
    assert last["name"] == "z" * 3_000
    assert last["spanId"] in str(parts[1].place)


@pytest.mark.parametrize("ending", ["pb", "json"])
def test_logs_and_metrics_of_otlp_are_imported(server: Server, tmp_path: Path, ending: str) -> None:
    project = f"files-{uuid.uuid4().hex[:12]}"
    for kind, data in (
        (ExportLogsServiceRequest, logs()),
        (ExportMetricsServiceRequest, metrics()),
    ):
        said = MessageToDict(kind.FromString(data))
        for group in said.get("resourceLogs", []):
            [record] = group["scopeLogs"][0]["logRecords"]
            record |= {"traceId": (b"t" * 16).hex(), "spanId": (b"s" * 8).hex()}
        file = tmp_path / f"{kind.__name__}.{ending}"
        file.write_bytes(data if ending == "pb" else json.dumps(said).encode())

    ran = run(server, "import", str(tmp_path), "-p", project, "--json")
    settle(server)

    report = json.loads(ran.out)
    assert (ran.code, report["files"]) == (0, {"OTLP": 2}), ran.err
    assert report["taken"] == {"log records": 1, "data points": 2}
    window = f"project={project}&from=2026-01-01&to=2099-01-01"
    [record] = server.get(f"/api/v1/logs?{window}")["logs"]
    assert (record["trace_id"], record["span_id"]) == ("74" * 16, "73" * 8)
    names = server.get(f"/api/v1/metrics/names?project={project}")["names"]
    assert [one["name"] for one in names] == ["queue"]
