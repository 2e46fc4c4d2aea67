"""Keeps a data folder of this version for the tests of later ones: spans in the engine and spans in the journal alone.

Usage: python scripts/keep_folder.py NAME; writes server/tests/folders/NAME.tar.xz, which tests/test_upgrade.py opens.
"""

import json
import os
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "server" / "tests"))

from asking import ask, bearer  # noqa: E402 - the tests' own harness, found by the line above
from removing import JSON, gauge, log  # noqa: E402 - as above
from running import Server, start, until  # noqa: E402 - the tests' own harness, found by the line above
from sending import PROTOBUF, post, request_of, span  # noqa: E402 - as above

MAX_BYTES = 1_000_000
# What the pages keep of the machine and need not be carried along.
_LEFT_OUT = ("run.json", "lock")
_EVERYTHING = "/api/v1/traces?from=2026-01-01T00:00:00Z&limit=500"


def main() -> None:
    """Fill a folder, kill its server, pack it."""
    name = sys.argv[1]
    bodies = sorted((ROOT / "server/tests/captures/otel-genai-1.3b0").glob("*.traces.bin"))
    half = len(bodies) // 2
    target = ROOT / "server/tests/folders" / f"{name}.tar.xz"
    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary) / "data"
        server = start(data)
        for body in bodies[:half]:
            post(server.url, "/v1/traces", body.read_bytes())
        for path, told in (("/v1/logs", log("It is late.")), ("/v1/metrics", gauge("queue"))):
            post(server.url, path, json.dumps(told).encode(), JSON)
        send_long(server, "stored")
        until(lambda: len(server.get(_EVERYTHING)["traces"]) >= half)
        until(lambda: len(server.get(f"{_EVERYTHING}&project=long")["traces"]) == 1)
        server.stop()
        os.environ["CLEARSPAN_BATCH_AGE_MS"] = "600000"
        server = start(data)
        for body in bodies[half:]:
            post(server.url, "/v1/traces", body.read_bytes())
        send_long(server, "waiting")
        say(server, server.get(_EVERYTHING)["traces"][0]["trace_id"])
        server.kill()
        with tarfile.open(target, "w:xz") as archive:
            archive.add(data, "data", filter=_kept)
    size = target.stat().st_size
    print(f"{target.relative_to(ROOT)}: {len(bodies)} requests, {size} bytes")
    if size > MAX_BYTES:
        sys.exit(f"{size} bytes are more than {MAX_BYTES}")


def send_long(server: Server, name: str) -> None:
    """A span whose input is too long for it, into a project of its own."""
    made = span(name, {"gen_ai.operation.name": "chat", "input.value": f"{name} " * 300_000})
    post(server.url, "/v1/traces", request_of([made]), PROTOBUF | {"x-clearspan-project": "long"})


def say(server: Server, trace_id: str) -> None:
    """What people say of a trace, and keep: scores, views, keys, accounts, prompts, dashboards, providers, chats."""
    token = bearer(server.token)
    view = {"name": "dear", "page": "traces", "filter": "cost>0.01", "range": "7d", "sort": "-cost"}
    key = {"project": "default", "name": "kept", "scopes": ["read"]}
    account = {"name": "kay", "password": "a long enough password", "role": "admin"}
    for method, path, body in (
        ("POST", "/scores", {"trace_id": trace_id, "name": "thumbs", "value": -1}),
        ("POST", f"/traces/{trace_id}/comments", {"text": "Wrong refund."}),
        ("PUT", f"/traces/{trace_id}/bookmark", None),
        ("POST", "/views", view),
        ("POST", "/keys", key),
        ("POST", "/accounts", account),
        ("POST", "/prompts", {"name": "greeting", "template": "Hello"}),
        ("POST", "/dashboards", {"clearspan_dashboard": 1, "name": "mine", "panels": []}),
        ("PUT", "/providers/openai", {"key": "sk-kept"}),
    ):
        _sent(server, method, path, token, body)
    talk(server, token | {"x-clearspan-project": "talk"})


def talk(server: Server, headers: dict[str, str]) -> None:
    """A conversation in a project of its own, with a question and its answer."""
    model = {"provider": "simulated", "model": "gpt-4o-mini"}
    conversation = _sent(server, "POST", "/conversations", headers, model)
    path = f"/conversations/{conversation['id']}"
    _sent(server, "POST", f"{path}/messages", headers, {"text": "Where is my parcel?"})

    def is_answered() -> bool:
        *_, answer = server.get(f"/api/v1{path}?project=talk")["messages"]
        return bool(answer["status"] == "ok")

    until(is_answered)


def _sent(
    server: Server, method: str, path: str, headers: dict[str, str], body: object
) -> dict[str, Any]:
    answer = ask(server, method, f"/api/v1{path}", headers, body)
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status} {answer.body}")
    return dict(answer.body or {})


def _kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if Path(member.name).name in _LEFT_OUT:
        return None
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


if __name__ == "__main__":
    main()
