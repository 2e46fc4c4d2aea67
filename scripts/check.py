"""Runs every gate and prints one line each; what CI runs and nothing less."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tree import ROOT, shown, tracked

BIN = Path(sys.executable).parent
WEB = ROOT / "web"


@dataclass(slots=True, frozen=True)
class Gate:
    """One command that must succeed."""

    name: str
    command: list[str]
    folder: Path = ROOT
    shows_summary: bool = False
    mypy_path: str = ""


def gates() -> list[Gate]:
    """Every gate, the quick ones first."""
    python, ruff, mypy = sys.executable, str(BIN / "ruff"), str(BIN / "mypy")
    typed = sorted({shown(path).split("/")[0] for path in tracked(".py")} - {"sdk", "server"})
    return [
        Gate("format", [ruff, "format", "--check", "--quiet"]),
        Gate("lint", [ruff, "check", "--quiet"]),
        Gate("layers", [str(BIN / "lint-imports")]),
        Gate("sizes", [python, "scripts/budget.py"], shows_summary=True),
        Gate("dead code", [python, "scripts/deadcode.py"]),
        Gate("house rules", [python, "scripts/house.py"]),
        Gate("docs", [python, "scripts/docs.py"]),
        Gate("types: server", [mypy, "server"], mypy_path="server/tests"),
        Gate("types: sdk", [mypy, "--python-version", "3.10", "sdk"], mypy_path="sdk/tests"),
        Gate(f"types: {', '.join(typed)}", [mypy, *typed], mypy_path="server/tests"),
        Gate("web: lint", ["npm", "run", "--silent", "lint"], WEB),
        Gate("web: types", ["npm", "run", "--silent", "typecheck"], WEB),
    ]


def passes(gate: Gate) -> bool:
    """Runs ``gate`` and prints its line, with all it said when it failed."""
    started = time.monotonic()
    done = subprocess.run(
        gate.command,
        cwd=gate.folder,
        check=False,
        env={**os.environ, "MYPYPATH": gate.mypy_path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    ok = done.returncode == 0
    print(f"{'✓' if ok else '✗'} {gate.name}  {time.monotonic() - started:.1f} s", flush=True)
    if not ok or gate.shows_summary:
        print("  " + done.stdout.strip().replace("\n", "\n  "), flush=True)
    return ok


def main() -> int:
    """Runs all gates, also after one has failed; 1 when any did."""
    failed = [gate.name for gate in gates() if not passes(gate)]
    if failed:
        print(f"{len(failed)} failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
