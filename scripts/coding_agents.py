"""Coding agents against a server: Claude Code and Codex work with the simulator as their model, and tell what they do.

`make test-clients` runs it, `make test-agents` it alone, with ARGS=NAME for one; what was found of all is written to
server/tests/clients/AGENTS.md. The agents get no address beyond this machine: what they ask of others fails.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

from agent_programs import AGENTS, MODEL_OF, Agent, Given
from agent_truths import CHECKS, Run, verdicts
from clearspan_server.simulator.serve import running
from clearspan_server.simulator.settings import SimulatorSettings
from client_programs import CLIENTS, Client, key_of
from measured import table_lines, where
from running import Server, serving
from test_clients import versions

_PROGRAM_S = 120
_SHOWN_S = 30.0  # within this, all that is stored must be shown
_LOOK_S = 0.5  # between two looks at it, which are a dozen requests each


def main(names: list[str]) -> int:
    """Runs all, or the agents named; 1 when anything is not as it must be."""
    wanted = [agent for agent in AGENTS if not names or agent.name in names]
    with TemporaryDirectory() as folder, serving(Path(folder) / "data") as server:
        done = [
            run(server, agent, scenario, Path(folder) / f"{agent.name}-{scenario}")
            for agent in wanted
            for scenario in agent.scenarios
        ]
    if not names:
        (CLIENTS / "AGENTS.md").write_text(report(done), encoding="utf-8")
    return 0 if done and all(_is_right(one) for one in done) else 1


def run(server: Server, agent: Agent, scenario: str, folder: Path) -> Run:
    """Lets an agent do what a scenario has it asked, in a project of its own; waits until what is shown is right."""
    project = f"{agent.name}-{scenario}"
    work = folder / "shop"
    work.mkdir(parents=True)
    (work / "README.md").write_text("# Shop\nSells things.\n", encoding="utf-8")
    (work / "NOTES.md").write_text("Ship on Friday.\n", encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=work, check=True)
    said = ""
    with running(SimulatorSettings(seed=7, ttft_ms=30, tokens_per_s=1_000)) as simulator:
        given = Given(folder, server.url, server.grpc, simulator, key_of(server, project, "ingest"))
        env = _bare(folder) | agent.prepare(given, scenario)
        for command in agent.commands(scenario):
            said += _program(command, work, env, is_to_fail=scenario == "failed")
        with urllib.request.urlopen(f"{simulator}/bill", timeout=30) as reply:
            billed = json.load(reply)["calls"]
    deadline = time.monotonic() + _SHOWN_S
    while not _is_right(done := shown(server, agent, scenario, billed)):
        if said or time.monotonic() > deadline:
            break  # and the page tells what is not right
        time.sleep(_LOOK_S)
    marks = "".join(f"{name} {mark}  " for name, mark in verdicts(done).items() if mark != "–")
    print(f"{agent.name:14}{scenario:10}{marks}", flush=True)
    if said:
        print(said[-4_000:], flush=True)
    return done


def shown(server: Server, agent: Agent, scenario: str, billed: list[dict[str, object]]) -> Run:
    """What the API shows of an agent's project by now."""
    project = f"project={agent.name}-{scenario}"
    traces = server.get(f"/api/v1/traces?{project}&sort=start")["traces"]
    listed = server.get(f"/api/v1/spans?{project}&sort=start&limit=500")["spans"]
    paths = [f"/api/v1/traces/{one['trace_id']}/spans/{one['span_id']}" for one in listed]
    spans = [server.get(f"{path}?{project}") for path in paths]
    cost = server.get(f"/api/v1/cost?{project}&by=service")["rows"]
    names = server.get(f"/api/v1/metrics/names?{project}")["names"]
    return Run(agent, scenario, traces, spans, billed, cost, [one["name"] for one in names])


def _bare(folder: Path) -> dict[str, str]:
    """Nothing of this machine but where programs are; every address beyond it leads nowhere."""
    nowhere = "http://127.0.0.1:9"
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TERM": "dumb",
        "LANG": "C.UTF-8",
        **dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"), nowhere),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost"),
    }


def _program(command: list[str], work: Path, env: dict[str, str], *, is_to_fail: bool) -> str:
    """Runs an agent once; what it said where it did not end as it must."""
    done = subprocess.run(
        command,
        cwd=work,
        env=env,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PROGRAM_S,
    )
    is_right = (done.returncode != 0) == is_to_fail
    return "" if is_right else f"ended with {done.returncode}\n{done.stdout}\n{done.stderr}"


def _is_right(done: Run) -> bool:
    return "✗" not in verdicts(done).values()


def report(done: list[Run]) -> str:
    """The page: which agent tells what, and what of it is right."""
    head = ["agent", "package", "scenario", *CHECKS]
    rows = [
        [
            run.agent.name,
            ", ".join(versions(Client("node", run.agent.name))),
            run.scenario,
            *verdicts(run).values(),
        ]
        for run in done
    ]
    models = " and ".join(f"{model} of {name}" for name, model in MODEL_OF.items())
    return "\n".join(
        [
            "# Coding agents",
            "",
            "`make test-clients` writes this page. The agents themselves work in a repository, with the simulator as",
            f"their model (it is {models}),",
            "and tell a server what they do; what the API then shows is held against what they were asked and what the",
            "simulator billed. – is not asked, or the agent does not tell it: Codex tells no answers, and ends without",
            "a word of the failure that ended it.",
            "",
            "- *turns*: two prompts of one session, each with a tool, by the variables of docs/coding-agents.md.",
            "- *spans*: a prompt told by spans of Claude Code's own (beta), over gRPC.",
            "- *refused*: a tool that is not allowed. *failed*: a model that there is none of.",
            "",
            where(),
            "",
            *table_lines(head, rows),
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
