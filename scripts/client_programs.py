"""Runs the programs of real clients, each scenario against a simulator and in a project of its own.

A client is a folder below server/tests/clients/python (`program.py`, `requirements.lock`; its environment is in
.clients/) or below server/tests/clients/node (`program.mjs`, `package-lock.json`).
"""

import json
import os
import re
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clearspan_server.simulator.serve import running
from clearspan_server.simulator.settings import SimulatorSettings
from running import Server, until
from tree import ROOT

CLIENTS = ROOT / "server" / "tests" / "clients"
ENVIRONMENTS = ROOT / ".clients"
PROGRAM_S = 60
SHOWN_S = 10.0  # until everything that was sent must be shown
_PACE = SimulatorSettings(seed=7, ttft_ms=30, tokens_per_s=1_000)
_WAITING = re.compile(r"^clearspan_journal_entries (\d+)", re.MULTILINE)

Json = dict[str, Any]  # as the API shows it


@dataclass(frozen=True, slots=True)
class Client:
    """A program for one client."""

    language: str
    name: str

    @property
    def title(self) -> str:
        return f"{self.language}/{self.name}"

    @property
    def folder(self) -> Path:
        return CLIENTS / self.title

    def command(self, scenario: str) -> list[str]:
        if self.language == "node":
            return ["node", "program.mjs", scenario]
        return [str(ENVIRONMENTS / self.name / "bin" / "python"), "program.py", scenario]


@dataclass(frozen=True, slots=True)
class Run:
    """A scenario of a client: what it left, and what the simulator billed for it."""

    client: Client
    scenario: str
    traces: list[Json]
    spans: list[Json]  # with their bodies, in order of start
    billed: list[Json]
    said: str  # by a program that failed

    @property
    def calls(self) -> list[Json]:
        """The spans of model calls, each call once."""
        return [span for span in self.spans if span["kind"] == "llm" and span["counted"]]


def clients() -> list[Client]:
    """Every client that there is a program for."""
    programs = sorted(CLIENTS.glob("*/*/program.*"))
    return [Client(path.parent.parent.name, path.parent.name) for path in programs]


def run(server: Server, client: Client, scenario: str) -> Run:
    """Runs one scenario in a process of its own and waits until all that it sent is stored."""
    project = f"{client.language}-{client.name}-{scenario}"
    with running(_PACE) as simulator:
        done = _program(server, client, scenario, project, simulator)
        with urllib.request.urlopen(f"{simulator}/bill", timeout=30) as reply:
            billed = json.load(reply)["calls"]
    said = "" if done.returncode == 0 else done.stderr or f"ended with {done.returncode}"
    until(lambda: _is_stored(server))
    traces = _listed(server, project)
    paths = [
        f"/api/v1/traces/{span['trace_id']}/spans/{span['span_id']}?project={project}"
        for span in server.get(f"/api/v1/spans?project={project}&sort=start&limit=500")["spans"]
    ]
    return Run(client, scenario, traces, [server.get(path) for path in paths], billed, said)


def _program(
    server: Server, client: Client, scenario: str, project: str, simulator: str
) -> "subprocess.CompletedProcess[str]":
    key = _key(server, project)
    # Langfuse's clients take a key in two halves.
    kind, public, secret = key.split("_", 2)
    env = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        "PYTHONPATH": str(client.folder.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CLEARSPAN_URL": server.url,
        "CLEARSPAN_PROJECT": project,
        "SIMULATOR_URL": simulator,
        "LANGFUSE_BASE_URL": server.url,
        "LANGFUSE_HOST": server.url,
        "LANGFUSE_PUBLIC_KEY": f"{kind}_{public}",
        "LANGFUSE_SECRET_KEY": secret,
    }
    return subprocess.run(
        client.command(scenario),
        cwd=client.folder,
        env=env,
        check=False,
        capture_output=True,
        text=True,
        timeout=PROGRAM_S,
    )


def _key(server: Server, project: str) -> str:
    """A key with which a client may send into a project."""
    wanted = {"project": project, "name": project, "environment": "", "scopes": ["ingest"]}
    request = urllib.request.Request(
        f"{server.url}/api/v1/keys",
        json.dumps(wanted).encode(),
        {"authorization": f"Bearer {server.token}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        return str(json.load(reply)["key"])


def _is_stored(server: Server) -> bool:
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=30) as reply:
        waiting = _WAITING.search(reply.read().decode())
    return waiting is not None and waiting[1] == "0"


def _listed(server: Server, project: str) -> list[Json]:
    """The project's traces; one is listed once it is decided which of its spans count."""
    deadline = time.monotonic() + SHOWN_S
    traces: list[Json] = []
    while not traces and time.monotonic() < deadline:
        traces = server.get(f"/api/v1/traces?project={project}")["traces"]
        time.sleep(0.05)
    return traces
