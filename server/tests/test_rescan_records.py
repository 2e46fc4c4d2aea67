"""A rescan of what is no span: log records, points of metrics with their series, scores and comments."""

import json
import os
import uuid
from typing import Any

import pytest

from asking import Client
from removing import gauge, log, send
from running import Server, settle, until
from sending import request_of, span

WORD = "Nightjar"
WINDOW = "from=1000000000000"


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server, f"p-{uuid.uuid4().hex}")


def everything(client: Client, trace_id: str) -> dict[str, Any]:
    """What the API tells of the project, by what it is."""
    logs = client("GET", f"/logs?{WINDOW}&limit=100")[1]["logs"]
    return {
        "logs": [client("GET", f"/logs/{one['id']}")[1] for one in logs],
        "names": client("GET", "/metrics/names")[1]["names"],
        "labels": client("GET", "/metrics/labels?name=clicks&label=who")[1]["values"],
        "scores": client("GET", f"/scores?trace_id={trace_id}")[1]["scores"],
        "comments": client("GET", f"/traces/{trace_id}/comments")[1]["comments"],
    }


def tell(client: Client) -> str:
    """Records that say the word, and some that do not; gives the trace that they are about."""
    trace_id = os.urandom(16)
    send(client, "/v1/traces", request_of([span("plain", trace_id=trace_id)]))
    send(client, "/v1/logs", log(f"{WORD} was here", who=WORD))
    send(client, "/v1/logs", log("nobody was here", who="somebody"))
    send(client, "/v1/metrics", gauge("clicks", who=WORD))
    send(client, "/v1/metrics", gauge("clicks", who="somebody"))
    send(client, "/v1/metrics", gauge(f"of {WORD}", who="somebody"))
    judged = {"name": "thumbs", "value": 1, "trace_id": trace_id.hex(), "comment": f"by {WORD}"}
    assert client("POST", "/scores", judged)[0] in (200, 201)
    assert client("POST", f"/traces/{trace_id.hex()}/comments", {"text": f"ask {WORD}"})[0] == 201
    settle(client.server)
    return trace_id.hex()


def rescan(client: Client, *, preview: bool = False) -> dict[str, Any]:
    status, begun = client("POST", "/redaction/rescans", {"preview": preview})
    assert status == 202, begun
    path = f"/redaction/rescans/{begun['id']}"
    return dict(until(lambda: (one := client("GET", path)[1])["state"] == "done" and one, 120))


def test_a_rescan_redacts_everything_that_is_no_span_too(client: Client) -> None:
    trace_id = tell(client)
    before = everything(client, trace_id)
    assert client("PUT", "/redaction/settings", {"words": [WORD]})[0] == 200

    preview = rescan(client, preview=True)
    untouched = everything(client, trace_id)
    done = rescan(client)
    after = everything(client, trace_id)

    assert untouched == before
    assert done["records"] == {"logs": 1, "metrics": 2, "scores": 1, "comments": 1}
    assert preview["records"] == done["records"]
    assert done["types"] == preview["types"] == {"word": 6}
    said = json.dumps(after)
    assert WORD not in said
    assert said.count("[redacted:word]") >= 6
    for noun in ("logs", "names", "scores", "comments"):
        assert len(after[noun]) == len(before[noun]), noun
    assert {one["message"] for one in after["logs"]} == {
        "[redacted:word] was here",
        "nobody was here",
    }
    assert after["scores"][0]["value"] == before["scores"][0]["value"]
    again = rescan(client)
    assert (again["records"], again["types"]) == ({}, {})
