"""Real clients against a server: OpenTelemetry's exporters, and clients of models with a simulator as their provider.

`make test-clients` runs it, with ARGS=NAME for one client alone; what was found of all is written to
server/tests/exporters/RESULTS.md and server/tests/clients/RESULTS.md.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import exporters
from client_losses import LOST
from client_programs import CLIENTS, Client, Run, clients, run
from client_truths import CHECKS, OURS, SCENARIOS, Outcome, judged, scenarios
from measured import table_lines, where
from running import serving


def main(names: list[str]) -> int:
    """Runs all, or the clients named; 1 when anything is not as it must be."""
    are_exporters_right = bool(names) or exporters.agree()
    wanted = [
        client for client in clients() if not names or client.name in names or client.title in names
    ]
    with TemporaryDirectory() as folder, serving(Path(folder) / "data") as server:
        table = {
            client: {
                scenario: told(run(server, client, scenario, is_right))
                for scenario in scenarios(client)
            }
            for client in wanted
        }
    if not names:
        (CLIENTS / "RESULTS.md").write_text(report(table), encoding="utf-8")
    outcomes = [outcome for row in table.values() for outcome in row.values()]
    return 0 if are_exporters_right and not any(one.wrong for one in outcomes) else 1


def is_right(done: Run) -> bool:
    """Whether nothing of it is wrong, or not there yet."""
    return not judged(done).wrong


def told(done: Run) -> Outcome:
    """What came of a run, said as it comes."""
    outcome = judged(done)
    print(f"{done.client.title:32}{done.scenario:8}{outcome.shown}", flush=True)
    if done.said:
        print(done.said, flush=True)
    return outcome


def report(table: dict[Client, dict[str, Outcome]]) -> str:
    """The page: clients and scenarios, and what clients lose."""
    head = ["client", *SCENARIOS]
    rows = [
        [client.title, *(row[name].shown if name in row else "–" for name in SCENARIOS)]
        for client, row in table.items()
    ]
    more = [
        [client.title, name, outcome.shown]
        for client, row in table.items()
        for name, outcome in row.items()
        if name not in SCENARIOS
    ]
    lost = [[name, scenario, field, why] for (name, scenario, field), why in sorted(LOST.items())]
    return "\n".join(
        [
            "# Clients",
            "",
            "`make test-clients` writes this page. Programs with real clients ask the simulator, and what the API then",
            "shows is held against what they asked and what the simulator billed. ✓ is right; what stands behind it,",
            "the client does not tell, for the reason given below; ✗ is wrong. What is compared:",
            f"{', '.join(CHECKS)}.",
            "Clients whose names begin with clearspan are recorded by Clearspan's own SDK: their model calls by",
            "`clearspan.instrument()` and nothing else, inside a span of the program; in *alone* there is no span.",
            f"Of them also {', '.join(OURS)}: run again without the SDK, the",
            "program must print the same answers. The simulator's address, the dates in its headers and the ids that",
            "LangChain draws for messages differ in any two runs, and are left out. – is not asked: Ollama tells",
            "nothing of a cache.",
            "",
            where(),
            "",
            *table_lines(head, rows),
            "",
            "## What more they are asked",
            "",
            *table_lines(["client", "scenario", "result"], more),
            "",
            "## What clients lose",
            "",
            *table_lines(["client", "scenario", "lost", "why"], lost),
            "",
            "## Versions",
            "",
            *table_lines(
                ["client", "packages"],
                [[client.title, ", ".join(versions(client))] for client in table],
            ),
            "",
        ]
    )


def versions(client: Client) -> Iterator[str]:
    """The packages that a client is made of, as its lock pins them."""
    if client.language == "node":
        wanted = json.loads((client.folder / "package.json").read_text(encoding="utf-8"))
        yield from (f"`{name}` {version}" for name, version in wanted["dependencies"].items())
        return
    asked = (client.folder / "requirements.in").read_text(encoding="utf-8").split()
    names = {one.partition("==")[0].partition("[")[0] for one in asked}
    for line in (client.folder / "requirements.lock").read_text(encoding="utf-8").splitlines():
        name, is_pin, version = line.partition("==")
        if is_pin and name in names:
            yield f"`{name}` {version.split()[0]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
