"""Official clients at a simulator, and at one like it through the gateway: the same answers, each recorded once.

`make test-clients` runs it; what was found is written to server/tests/clients/GATEWAY.md.
"""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from clearspan_server.simulator.serve import running
from client_programs import CALLS, CLIENTS, ENVIRONMENTS, PACE, Client, Json, printed_by
from client_truths import scenarios
from measured import table_lines, where
from running import Server, serving, settle, until
from test_clients import versions

_NODE = Client("node", "gateway")
_IN_NODE = ("whole", "stream", "error", "cancel")
_PYTHON = {
    "clearspan-openai": "openai",
    "clearspan-anthropic": "anthropic",
    "clearspan-google-genai": "gemini",
    "clearspan-groq": "groq",
}
_PROJECT = "default"  # the programs know of no other


@dataclass(frozen=True, slots=True)
class Program:
    """One client's program, and the provider that it asks."""

    client: Client
    provider: str
    scenarios: tuple[str, ...]

    @property
    def title(self) -> str:
        if self.client is _NODE:
            return f"node/{self.provider}"
        return f"python/{self.client.name.removeprefix('clearspan-')}"

    def command(self, scenario: str) -> list[str]:
        if self.client is _NODE:
            return ["node", "gateway.mjs", self.provider, scenario]
        python = ENVIRONMENTS / self.client.name / "bin" / "python"
        return [str(python), "program.py", scenario]


@dataclass(frozen=True, slots=True)
class Bench:
    """A server, a simulator for direct calls, and its twin behind the gateway."""

    server: Server
    direct: str
    behind: str


def main() -> int:
    """Runs all; 1 when any answer differs, or is not one trace."""
    with running(PACE) as direct, running(PACE) as behind, TemporaryDirectory() as folder:
        names = ("openai", "anthropic", "gemini", "groq")
        os.environ["CLEARSPAN_GATEWAY_URLS"] = ",".join(f"{name}={behind}" for name in names)
        with serving(Path(folder) / "data") as server:
            bench = Bench(server, direct, behind)
            rows = [
                [program.title, scenario, found(bench, program, scenario)]
                for program in programs()
                for scenario in program.scenarios
            ]
    (CLIENTS / "GATEWAY.md").write_text(report(rows), encoding="utf-8")
    return 0 if all(row[2] == "✓" for row in rows) else 1


def programs() -> list[Program]:
    """All that are asked."""
    made = [
        Program(client, provider, tuple(scenarios(client)))
        for name, provider in _PYTHON.items()
        for client in (Client("python", name),)
    ]
    return [*made, *(Program(_NODE, name, _IN_NODE) for name in ("openai", "anthropic"))]


def found(bench: Bench, program: Program, scenario: str) -> str:
    """Asks both ways; ✓, or what differs."""
    env = {
        **os.environ,
        "PYTHONPATH": str(program.client.folder.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CLEARSPAN_URL": bench.server.url,
        "CLEARSPAN_PROJECT": _PROJECT,
        "BARE": "1",
    }
    before, shown = len(bill(bench)), len(spans(bench))
    told: list[object] = []
    for url in (bench.direct, f"{bench.server.url}/gateway/{program.provider}"):
        printed, said = printed_by(program.command(scenario), program.client.folder, env, url)
        told.append(_without_trace(json.loads(printed)) if printed else said)
    wrong = "" if told[0] == told[1] else "other answers"
    calls = bill(bench)[before:]
    new = until(lambda: recorded(bench, shown, len(calls)))
    verdict = wrong or judged(new, calls) or "✓"
    print(f"{program.title:24}{scenario:12}{verdict}", flush=True)
    return verdict


def _without_trace(told: object) -> object:
    """What was printed, but for the one header that only the gateway gives: some clients keep them all."""
    if isinstance(told, dict):
        kept = told.items()
        return {key: _without_trace(held) for key, held in kept if key != "x-clearspan-trace-id"}
    return [_without_trace(held) for held in told] if isinstance(told, list) else told


def judged(new: list[Json], calls: list[Json]) -> str:
    """What is wrong with the spans of these calls; those that the simulator refused are on no bill."""
    answered = [span for span in new if span["status"] in ("ok", "cancelled")]
    if len({span["trace_id"] for span in new}) != len(new) or len(answered) != len(calls):
        return f"{len(new)} spans, {len(answered)} of them answered, for {len(calls)} calls"
    if any(span["status"] == "cancelled" for span in answered):
        return ""  # whose usage was never told
    for key in ("input", "output"):
        billed = sorted(call["usage"][key] for call in calls)
        if billed != sorted(span[f"{key}_tokens"] or 0 for span in answered):
            return f"other {key} tokens than billed"
    return ""


def recorded(bench: Bench, before: int, least: int) -> list[Json]:
    """The spans since then, once there are as many as calls; at least one, for what was refused."""
    settle(bench.server)
    new = spans(bench)[before:]
    return new if len(new) >= max(least, 1) else []


def spans(bench: Bench) -> list[Json]:
    """All calls that were recorded, the oldest first."""
    asked = f"/api/v1/spans?project={_PROJECT}&sort=start&limit=500"
    return [span for span in bench.server.get(asked)["spans"] if span["kind"] in CALLS]


def bill(bench: Bench) -> list[Json]:
    """What the simulator behind the gateway has answered."""
    calls: list[Json] = httpx2.get(f"{bench.behind}/bill").json()["calls"]
    return calls


def report(rows: list[list[str]]) -> str:
    """The page."""
    named = [(client.title, client) for client in (Client("python", name) for name in _PYTHON)]
    made = [[title, ", ".join(versions(client))] for title, client in (*named, ("node", _NODE))]
    lines = [
        "# Clients through the gateway",
        "",
        "`make test-clients` writes this page. Official clients ask a simulator, then its twin through the gateway:",
        "what the program prints must be the same, each call one trace of its own, its tokens those that were billed.",
        "In Node headers are compared as well, all but `date` and the trace's id.",
        "",
        where(),
        "",
        *table_lines(["client", "scenario", "result"], rows),
        "",
        *table_lines(["client", "packages"], made),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
