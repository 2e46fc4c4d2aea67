"""The Python client of xtrace against a server: only address and key are changed.

`make test-clients` runs it; what was found is written to server/tests/clients/XTRACE.md.
"""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

from clearspan_server.simulator.serve import running
from clearspan_server.simulator.settings import SimulatorSettings
from client_programs import CLIENTS, ENVIRONMENTS, Client, Json, key_of
from measured import table_lines, where
from running import Server, serving, until
from test_clients import versions

CLIENT = Client("python", "xtrace")
PROJECT, CALLS = "xtrace", 2
_PROGRAM_S = 120
# Of the points 1, 2 and 6 of one minute.
_FIGURES = {"avg": 3.0, "max": 6.0, "sum": 9.0}


def main() -> int:
    """Runs the program, holds what the API shows against what it asked, writes the page; 1 when anything is wrong."""
    with TemporaryDirectory() as folder, serving(Path(folder) / "data") as server:
        with running(SimulatorSettings(seed=7, ttft_ms=0, tokens_per_s=0)) as simulator:
            said = _program(server, simulator)
            with urllib.request.urlopen(f"{simulator}/bill", timeout=30) as reply:
                billed = json.load(reply)["calls"]
        marks = verdicts(said, billed, _spans(server)) if said else {}
    (CLIENTS / "XTRACE.md").write_text(report(marks), encoding="utf-8")
    for name, is_right in marks.items():
        print(f"{CLIENT.title:32}{name:32}{'✓' if is_right else '✗'}")
    return 0 if marks and all(marks.values()) else 1


def verdicts(said: Json, billed: list[Json], spans: list[Json]) -> dict[str, bool]:
    """What the client did, and whether it is right; who asked stands on the span that stands for the trace."""
    calls = [span for span in spans if span["kind"] == "llm"]
    usages = [(call["usage"]["input"], call["usage"]["output"]) for call in calls]
    roots = [span for span in spans if not span["parent_id"]]
    whose = [(root["user_id"], root["session_id"], root["turn_id"]) for root in roots]
    figures = {
        agg: [one["value"] for line in lines for one in line["values"]]
        for agg, lines in said["found"].items()
    }
    return {
        "nothing is lost": said["lost"] == 0,
        "each call once": len(calls) == len(billed) == CALLS,
        "answers": [_answer(call) for call in calls] == said["texts"],
        "tokens": usages == [(one["usage"]["input"], one["usage"]["output"]) for one in billed],
        "cost": all(float(call["total_cost"] or 0) > 0 for call in calls),
        "user, session, turn": whose == [("alice", "sess-7", "turn-7")] * CALLS,
        "metrics": figures == {agg: [value] for agg, value in _FIGURES.items()},
    }


def report(marks: dict[str, bool]) -> str:
    """The page: what the client did."""
    marked = ["✓" if one else "✗" for one in marks.values()]
    return "\n".join(
        [
            "# The client of xtrace",
            "",
            "`make test-clients` writes this page. xtrace's Python client records two calls of a wrapped client of",
            "OpenAI, one of them a stream, pushes points of metrics, lists and queries them; nothing is changed but",
            f"address and key. The model is the simulator. Packages: {', '.join(versions(CLIENT))}.",
            "",
            where(),
            "",
            *table_lines(list(marks), [marked]),
            "",
        ]
    )


def _program(server: Server, simulator: str) -> Json | None:
    """What the program printed; None when it failed."""
    given = {
        "XTRACE_BASE_URL": server.url,
        "XTRACE_API_KEY": key_of(server, PROJECT, "ingest read"),
        "SIMULATOR_URL": simulator,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [str(ENVIRONMENTS / CLIENT.name / "bin" / "python"), "journey.py"],
        cwd=CLIENT.folder,
        env=os.environ | given,
        check=False,
        capture_output=True,
        text=True,
        timeout=_PROGRAM_S,
    )
    if done.returncode:
        print(done.stdout[-2_000:], done.stderr[-6_000:], flush=True)
        return None
    found: Json = json.loads(done.stdout)
    return found


def _spans(server: Server) -> list[Json]:
    """The spans that are shown, in order, with their bodies."""
    asked = f"project={PROJECT}&sort=start&limit=100"

    def listed() -> list[Json]:
        rows: list[Json] = server.get(f"/api/v1/spans?{asked}")["spans"]
        return rows if sum(row["kind"] == "llm" for row in rows) >= CALLS else []

    paths = [f"/api/v1/traces/{one['trace_id']}/spans/{one['span_id']}" for one in until(listed)]
    return [server.get(f"{path}?project={PROJECT}") for path in paths]


def _answer(call: Json) -> str:
    return str(call["output"][0]["parts"][0]["content"])


if __name__ == "__main__":
    sys.exit(main())
