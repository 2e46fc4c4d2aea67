"""`make chaos`: kills a server under load at random moments, lets its engine fail, and accounts for every span."""

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import machine
from bench.processes import ROOT, Failed, free_port
from bench.progress import say

from chaos.report import Outcome, markdown, table
from chaos.server import Place, Server, is_settled

SENDERS = 3
JOURNAL_BYTES = 8 * 1024 * 1024  # so small that it is full some seconds after the engine stops

_QUIET_END_S = 3.0
_SENDER_END_S = 180.0
_SETTLE_S = 180.0
_BAR = 30


@dataclass(slots=True, frozen=True)
class Plan:
    """What is done to the server; the same seed draws the same moments."""

    kills: int
    seconds: float
    down_s: float
    seed: int

    def moments(self) -> list[float]:
        """How long after each start the kill comes, in seconds; some come while the server still starts."""
        chance = random.Random(self.seed)
        drawn = [chance.uniform(0.02, 1.0) for _ in range(self.kills)]
        return [self.seconds * one / sum(drawn) for one in drawn]


def main() -> int:
    """Run the plan, print what became of the spans; 1 when a claim does not hold."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=600.0, help="between first and last kill")
    parser.add_argument("--down-s", type=float, default=20.0, help="how long the engine fails")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--results", type=Path, help="the Markdown file to write")
    given = parser.parse_args()
    plan = Plan(given.kills, given.seconds, given.down_s, given.seed)
    facts = machine.facts()
    say(
        f"seed {plan.seed}: {plan.kills} kills in {plan.seconds:.0f} s, engine down {plan.down_s:.0f} s"
    )
    try:
        outcome = run(plan)
    except Failed as failure:
        say(f"chaos failed: {failure}")
        return 1
    print(table(outcome))
    if given.results:
        given.results.write_text(markdown(outcome, plan.seed, facts), encoding="utf-8")
        say(f"written to {given.results}")
    return 0 if all(finding["holds"] for finding in outcome.findings) else 1


def run(plan: Plan) -> Outcome:
    """The whole of it, in a folder that goes afterwards.

    Raises:
        Failed: the server did not start, ended by itself, or did not settle.
    """
    begun_s = time.monotonic()
    with TemporaryDirectory(prefix="clearspan-chaos-") as folder:
        home = Path(folder)
        place = Place(home / "data", free_port(), home / "faults.json", JOURNAL_BYTES)
        with _senders(place.url, plan.seed, home) as senders:
            starting = _storm(plan, place)
            say("the last start: senders finish, the server settles")
            accounts, exit_code = _calm(place, senders)
        (home / "accounts.json").write_text(json.dumps(accounts), encoding="utf-8")
        say("accounting")
        findings = _check(place.data, home)
        findings += _of_the_run(accounts, exit_code)
    return Outcome(
        plan.kills, starting, plan.down_s, time.monotonic() - begun_s, accounts, findings
    )


def _storm(plan: Plan, place: Place) -> int:
    """All kills, and the failing engine in their middle; gives how many came before the server was ready."""
    starting = 0
    for number, moment_s in enumerate(plan.moments(), 1):
        server = Server(place)
        try:
            if number == (plan.kills + 1) // 2:
                _let_engine_fail(server, place, plan.down_s)
            time.sleep(moment_s)
            starting += not server.is_ready()
            server.kill()
        finally:
            server.end()
        _show_progress(number, plan.kills)
    return starting


def _let_engine_fail(server: Server, place: Place, down_s: float) -> None:
    server.until(server.is_ready)
    say(f"the engine fails for {down_s:.0f} s, and the journal fills")
    place.faults.write_text('{"down": true}', encoding="utf-8")
    time.sleep(down_s)
    place.faults.unlink()
    server.until(server.is_ready)


def _calm(place: Place, senders: list["subprocess.Popen[str]"]) -> tuple[list[Any], int]:
    """The senders' accounts, and the exit code of a server that was asked to stop once it had settled."""
    server = Server(place)
    try:
        server.until(server.is_ready)
        time.sleep(_QUIET_END_S)
        accounts = []
        for sender in senders:
            if sender.stdin is not None:
                sender.stdin.close()
                sender.stdin = None
        for sender in senders:
            said, _ = sender.communicate(timeout=_SENDER_END_S)
            if sender.returncode:
                raise Failed(f"a sender ended with {sender.returncode}")
            accounts.append(json.loads(said))
        server.until(lambda: is_settled(place), _SETTLE_S)
        return accounts, server.stop()
    finally:
        server.end()


@contextmanager
def _senders(url: str, seed: int, folder: Path) -> Iterator[list["subprocess.Popen[str]"]]:
    """The sending processes; none outlives the block."""
    with ExitStack() as stack:
        started = []
        for number in range(SENDERS):
            options = [f"--seed={seed}", f"--number={number}", f"--folder={folder}"]
            process = subprocess.Popen(
                [sys.executable, "-m", "chaos.sender", url, *options],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.callback(process.kill)
            started.append(process)
        yield started


def _check(data: Path, senders: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "chaos.check", str(data), str(senders)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"the account could not be made: {done.stderr.strip()[-2000:]}")
    findings: list[dict[str, Any]] = json.loads(done.stdout)
    return findings


def _of_the_run(accounts: list[Any], exit_code: int) -> list[dict[str, Any]]:
    refused = sum(account["refused_429"] for account in accounts)
    unexpected = [one for account in accounts for one in account["unexpected"]]
    return [
        {
            "claim": "a full journal was refused with 429, and the senders came again",
            "holds": refused > 0,
            "numbers": f"{refused} answers of 429",
        },
        {
            "claim": "no sender was told anything else",
            "holds": not unexpected,
            "numbers": f"{len(unexpected)} other answers{': ' + unexpected[0] if unexpected else ''}",
        },
        {
            "claim": "asked to stop, the server stops cleanly",
            "holds": exit_code == 0,
            "numbers": f"exit code {exit_code}",
        },
    ]


def _show_progress(number: int, kills: int) -> None:
    filled = _BAR * number // kills
    bar = "█" * filled + "░" * (_BAR - filled)
    if sys.stderr.isatty():
        print(f"\r  {bar} {number} of {kills} kills", end="", file=sys.stderr, flush=True)
        if number == kills:
            print(file=sys.stderr)
    elif number == kills or number % 10 == 0:
        say(f"{number} of {kills} kills")


if __name__ == "__main__":
    sys.exit(main())
