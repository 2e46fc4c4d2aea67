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
from collections.abc import Callable
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
SHOWN_S = 15.0  # within this, all that is stored must be shown
# Its clock stands, so that equal requests get equal answers.
PACE = SimulatorSettings(seed=7, ttft_ms=30, tokens_per_s=1_000, clock=lambda: 1_790_000_000.0)
# The server's time in its headers, and the ids that LangChain gives to its messages.
_BY_CHANCE = re.compile(r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT|lc_run-[\w-]+")
_WAITING = re.compile(r"^clearspan_journal_entries (\d+)", re.MULTILINE)

CALLS = ("llm", "embedding")  # kinds of spans

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

    @property
    def is_ours(self) -> bool:
        """Whether it records with Clearspan's own SDK, which is taken from this repository."""
        return self.name.startswith("clearspan-")

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
    printed: str = ""  # the answers as the program got them
    bare_printed: str = ""  # the same, from a run without our SDK

    @property
    def calls(self) -> list[Json]:
        """The spans of model calls that count; where some tell their usage, those."""
        found = [span for span in self.spans if span["kind"] in CALLS and span["counted"]]
        return [span for span in found if span["total_tokens"] is not None] or found


def clients() -> list[Client]:
    """Every client that there is a program for."""
    programs = sorted(CLIENTS.glob("*/*/program.*"))
    return [Client(path.parent.parent.name, path.parent.name) for path in programs]


def run(server: Server, client: Client, scenario: str, is_done: Callable[[Run], bool]) -> Run:
    """Runs one scenario in a process of its own, and waits until what is shown of it is done, or no longer."""
    project = f"{client.language}-{client.name}-{scenario}"
    env = _environment(server, client, project)
    with running(PACE) as simulator:
        printed, said = _program(client, scenario, env, simulator)
        with urllib.request.urlopen(f"{simulator}/bill", timeout=30) as reply:
            billed = json.load(reply)["calls"]
    bare_printed = ""
    if client.is_ours and not said:
        with running(PACE) as simulator:
            bare_printed, said = _program(client, scenario, env | {"BARE": "1"}, simulator)
    until(lambda: _is_stored(server))
    deadline = time.monotonic() + SHOWN_S
    while True:
        traces, spans = _shown(server, project)
        done = Run(client, scenario, traces, spans, billed, said, printed, bare_printed)
        if said or is_done(done) or time.monotonic() > deadline:
            return done
        time.sleep(0.2)


def _environment(server: Server, client: Client, project: str) -> dict[str, str]:
    """What a program sees beside the simulator."""
    key = key_of(server, project, "ingest")
    # Langfuse's clients take a key in two halves.
    kind, public, secret = key.split("_", 2)
    env = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        "PYTHONPATH": str(client.folder.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CLEARSPAN_URL": server.url,
        "CLEARSPAN_PROJECT": project,
        "LANGFUSE_BASE_URL": server.url,
        "LANGFUSE_BASEURL": server.url,
        "LANGFUSE_HOST": server.url,
        "LANGFUSE_PUBLIC_KEY": f"{kind}_{public}",
        "LANGFUSE_SECRET_KEY": secret,
    }
    if client.is_ours:
        env["PYTHONPATH"] += os.pathsep + str(ROOT / "sdk" / "src")
        env |= {"CLEARSPAN_ENDPOINT": server.url, "CLEARSPAN_KEY": key, "CLEARSPAN_STRICT": "1"}
    return env


def _program(client: Client, scenario: str, env: dict[str, str], simulator: str) -> tuple[str, str]:
    return printed_by(client.command(scenario), client.folder, env, simulator)


def printed_by(
    command: list[str], folder: Path, env: dict[str, str], simulator: str
) -> tuple[str, str]:
    """What a program printed that two runs share, and what it said when it failed."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=env | {"SIMULATOR_URL": simulator},
        check=False,
        capture_output=True,
        text=True,
        timeout=PROGRAM_S,
    )
    said = "" if done.returncode == 0 else done.stderr or f"ended with {done.returncode}"
    return _BY_CHANCE.sub("…", done.stdout.replace(simulator, "…")), said


def key_of(server: Server, project: str, scopes: str) -> str:
    """A key with which a client may do something in a project."""
    wanted = {"project": project, "name": project, "environment": "", "scopes": scopes.split()}
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


def _shown(server: Server, project: str) -> tuple[list[Json], list[Json]]:
    """The project's traces, and its spans with their bodies."""
    traces = server.get(f"/api/v1/traces?project={project}")["traces"]
    spans = server.get(f"/api/v1/spans?project={project}&sort=start&limit=500")["spans"]
    paths = [f"/api/v1/traces/{span['trace_id']}/spans/{span['span_id']}" for span in spans]
    return traces, [server.get(f"{path}?project={project}") for path in paths]
