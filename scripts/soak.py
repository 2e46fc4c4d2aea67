"""`make soak`: a program that records steadily while its server is killed for half of the time; many short programs.

The server is the real command on loopback. In the end its ledger has to say what the program has counted. The result
is written to sdk/SOAK.md.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import machine
from bench.processes import Failed, free_port
from bench.progress import say
from chaos.server import Place, Server, is_settled

from ten_lines import Row, trial
from tree import ROOT

RESULT = ROOT / "sdk" / "SOAK.md"
JOURNAL_BYTES = 512 * 1024 * 1024
QUEUE_BYTES = 64_000_000  # the SDK's own setting, unless set
BASE_BYTES = 60_000_000  # an interpreter with an HTTP client and TLS

_END_S = 400.0


@dataclass(slots=True, frozen=True)
class Claim:
    """What has to hold, whether it does, and the figures."""

    text: str
    holds: bool
    figures: str


def main() -> int:
    """Run both, print the claims; 1 when one does not hold."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="half of them without a server")
    parser.add_argument("--rate", type=float, default=2_000.0, help="spans a second")
    parser.add_argument("--programs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--results", type=Path, default=RESULT)
    given = parser.parse_args()
    facts = machine.facts()
    with TemporaryDirectory(prefix="clearspan-soak-") as folder:
        say(f"{given.programs} programs in a row")
        rows, bare_s = trial(given.programs, Path(folder) / "programs", given.seed)
        claims = _of_programs(rows, bare_s)
        say(f"{given.minutes:g} minutes at {given.rate:g} spans/s")
        try:
            claims += soak(Path(folder), given.minutes * 60, given.rate)
        except Failed as failure:
            say(f"soak failed: {failure}")
            return 1
    text = _markdown(claims, rows, bare_s, {**facts, "seed": str(given.seed)})
    given.results.write_text(text, encoding="utf-8")
    print(text)
    return 0 if all(claim.holds for claim in claims) else 1


def soak(home: Path, seconds: float, rate: float) -> list[Claim]:
    """One program, and a server that is killed for the middle half of the time.

    Raises:
        Failed: the server or the program ended by itself.
    """
    place = Place(home / "data", free_port(), home / "faults.json", JOURNAL_BYTES)
    server = Server(place)
    sender = None
    try:
        server.until(server.is_ready)
        sender = _start_sender(place, home, rate)
        time.sleep(seconds / 4)
        server.kill()
        say(f"the server is away for {seconds / 2:.0f} s")
        time.sleep(seconds / 2)
        most_on_disk = _bytes_under(home / "spill")
        server = Server(place)
        server.until(server.is_ready)
        say("the server is back")
        time.sleep(seconds / 4)
        counted, complaints = sender.communicate(input="", timeout=_END_S)
        if sender.returncode:
            raise Failed(f"the program ended with {sender.returncode}: {complaints[-500:]}")
        stored_in_run = _ledger(place)["totals"]["stored"]
        say("the next run delivers what is left")
        _run_again(place, home)
        server.until(lambda: is_settled(place), _END_S)
        ledger = _ledger(place)
        counts = {**json.loads(counted), "on_disk_bytes": most_on_disk, "rate": rate}
        return _of_soak(counts, stored_in_run, ledger, complaints)
    finally:
        if sender is not None:
            sender.kill()
        server.end()


def _environment(place: Place, home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT / "sdk" / "src"),
        "CLEARSPAN_ENDPOINT": place.url,
        "CLEARSPAN_SPILL": str(home / "spill"),
    }


def _run_again(place: Place, home: Path) -> None:
    """A program that records one span and lives until nothing is kept on disk any more."""
    program = "import clearspan, sys; clearspan.span('again').end(); sys.stdin.read()"
    again = subprocess.Popen(
        [sys.executable, "-c", program],
        env=_environment(place, home),
        stdin=subprocess.PIPE,
        text=True,
    )
    deadline_s = time.monotonic() + _END_S
    while time.monotonic() < deadline_s and _spilled(home / "spill"):
        time.sleep(0.5)
    again.communicate(input="", timeout=_END_S)


def _spilled(folder: Path) -> int:
    """Requests that are kept on disk."""
    return sum(1 for path in folder.rglob("*-*") if path.is_file())


def _start_sender(place: Place, home: Path, rate: float) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(ROOT / "scripts" / "soak_sender.py"), str(rate)],
        env=_environment(place, home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _ledger(place: Place) -> dict[str, Any]:
    token = (place.data / "token").read_text(encoding="utf-8").strip()
    request = urllib.request.Request(
        f"{place.url}/api/v1/deliveries?project=default",
        headers={"authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        found: dict[str, Any] = json.loads(reply.read())
    return found


def _of_soak(
    counted: Mapping[str, Any], stored_in_run: int, ledger: Mapping[str, Any], complaints: str
) -> list[Claim]:
    recorded, totals, rate = counted["recorded"], ledger["totals"], counted["rate"]
    sender = max(ledger["senders"], key=lambda one: one["sent"])
    cpu_share = counted["cpu_s"] / counted["seconds"]
    return [
        Claim(
            "the program records at its rate, also while the server is away",
            recorded >= 0.99 * rate * counted["seconds"],
            f"{recorded} spans in {counted['seconds']:.0f} s, {cpu_share:.0%} of a core",
        ),
        Claim(
            "its memory stays within the setting",
            counted["peak_bytes"] < BASE_BYTES + QUEUE_BYTES,
            f"{counted['peak_bytes'] / 1e6:.0f} MB at most, of the whole process; "
            f"{counted['on_disk_bytes'] / 1e6:.1f} MB on disk",
        ),
        Claim(
            "when the server is back, delivery resumes, and the next run sends what is left",
            totals["stored"] == recorded + 1,  # and the span of the next run
            f"{stored_in_run} spans stored in the run, {totals['stored'] - stored_in_run} by the next, "
            f"{recorded + 1 - totals['stored']} not yet, "
            f"{totals['duplicates']} came twice; "
            f"the server asked {ledger['journal']['put_off']} times to come again",
        ),
        Claim(
            "the ledger adds up",
            not (sender["missing"] or sender["dropped"] or sender["lost_requests"])
            and sender["sent"] == sender["received"] - totals["duplicates"]
            and totals["received"] == totals["stored"] + totals["duplicates"],
            f"sent {sender['sent']}, received {sender['received']}, missing {sender['missing']}, "
            f"dropped {sender['dropped']}, lost requests {sender['lost_requests']}",
        ),
        Claim(
            "the program was told once that the server is away, and in the end of what is kept",
            len(complaints.splitlines()) <= 2,
            " / ".join(complaints.splitlines())[:300],
        ),
    ]


def _of_programs(rows: list[Row], bare_s: float) -> list[Claim]:
    served = [row for row in rows if row.server != "away"]
    (alone,) = [row for row in rows if row.server == "away"]
    delivered, spans = sum(row.delivered for row in served), sum(row.spans for row in served)
    longest_s = max(row.longest_s for row in served) - bare_s
    extra_s = alone.longest_s - bare_s
    return [
        Claim(
            f"of {sum(row.programs for row in served)} programs 99.9 % of the spans are delivered",
            delivered >= 0.999 * spans,
            f"{delivered} of {spans}",
        ),
        Claim("their end is never over 3 s", longest_s < 3.0, f"{longest_s:.2f} s at most"),
        Claim(
            "with no server at all it is under 1 s, and the next run delivers",
            extra_s < 1.0 and alone.delivered == alone.spans,
            f"{extra_s:.2f} s at most; {alone.delivered} of {alone.spans} spans",
        ),
    ]


def _markdown(claims: list[Claim], rows: list[Row], bare_s: float, facts: Mapping[str, str]) -> str:
    lines = [
        "# Soak",
        "",
        "Generated by `make soak`: one program that records steadily while its server is killed for half of the time,",
        "and many ten-line programs in a row.",
        "",
        f"- date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        *(f"- {name}: {value}" for name, value in facts.items()),
        "",
        "|  | claim | figures |",
        "|---|---|---|",
        *(f"| {'✓' if one.holds else '✗'} | {one.text} | {one.figures} |" for one in claims),
        "",
        "## The programs",
        "",
        f"A program that records nothing takes {bare_s:.2f} s. What was not delivered at once was by a later run.",
        "",
        "| server | programs | spans | delivered | typical s | longest s |",
        "|---|---|---|---|---|---|",
        *(
            f"| {row.server} | {row.programs} | {row.spans} | {row.delivered} "
            f"| {row.typical_s:.2f} | {row.longest_s:.2f} |"
            for row in rows
        ),
    ]
    return "\n".join(lines) + "\n"


def _bytes_under(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
