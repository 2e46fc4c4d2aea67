"""What tests of removals share: records of a person in every place, and a look at all that a stopped folder holds."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from asking import Client
from running import until
from sending import PROTOBUF, post

JSON = {"content-type": "application/json"}
_READ_ALL = """
import sys
import clickhouse_connect
client = clickhouse_connect.get_client(interface="chdb", path=sys.argv[1])
asked = "select name from system.tables where database = currentDatabase()"
for table in client.query(asked).result_rows:
    sys.stdout.buffer.write(client.raw_query(f"select * from {table[0]} format JSONEachRow"))
"""


def send(ask: Client, path: str, body: bytes | dict[str, Any]) -> None:
    """Send one export to the project."""
    headers = JSON if isinstance(body, dict) else PROTOBUF
    sent = json.dumps(body).encode() if isinstance(body, dict) else body
    status, said = post(ask.server.url, path, sent, headers | {"x-clearspan-project": ask.project})
    assert status == 200, said


def attributes(**values: str) -> list[dict[str, Any]]:
    """OTLP attributes; `__` stands for a dot."""
    return [
        {"key": key.replace("__", "."), "value": {"stringValue": value}}
        for key, value in values.items()
    ]


def log(text: str, trace_id: str = "", **values: str) -> dict[str, Any]:
    """An export of one log record."""
    record = {
        "timeUnixNano": str(time.time_ns()),
        "body": {"stringValue": text},
        "attributes": attributes(**values),
        "traceId": trace_id,
    }
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}


def gauge(name: str, **labels: str) -> dict[str, Any]:
    """An export of one point of a gauge."""
    point = {
        "timeUnixNano": str(time.time_ns()),
        "asDouble": 1.5,
        "attributes": attributes(**labels),
    }
    metric = {"name": name, "gauge": {"dataPoints": [point]}}
    return {"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}


def done(ask: Client, noun: str, begun: Any, timeout_s: float = 150.0) -> Any:
    """A job once it is over."""

    def over() -> Any:
        found = next(
            one for one in ask("GET", f"/{noun}")[1][noun_of(noun)] if one["id"] == begun["id"]
        )
        assert found["error"] == "", found
        return found if found["state"] != "running" else None

    return until(over, timeout_s)


def noun_of(path: str) -> str:
    """The name of a list in its answer."""
    return path.rpartition("/")[2]


def held(data: Path) -> str:
    """Every column of every row of the engine, as text; nobody may run on the folder."""
    command = [sys.executable, "-c", _READ_ALL, str(data / "engine")]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode(
        errors="replace"
    )


def files_with(data: Path, texts: list[str]) -> list[str]:
    """The files of a folder in which one of the texts stands."""
    needles = [text.encode() for text in texts]
    return [
        str(path.relative_to(data))
        for path in sorted(data.rglob("*"))
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]
